"""The kind of time of a booking: one rule, wherever it is read."""

import datetime as dt

import pytest
from django.utils import timezone

from booking.calendar.offers import SlotStatus
from booking.queries import grants as grant_queries
from booking.queries import own_choice, pauses
from booking.queries.coverage import seating_kinds
from booking.seating.coverage import FREE, SET
from tests import factories
from workflow.queries import needs_contact

pytestmark = pytest.mark.django_db

TODAY = timezone.localdate
DAY = dt.timedelta(days=1)


def grant_of(recipient, service, kind, first, last=None):
    return factories.GrantFactory(
        recipient=recipient,
        service=service,
        kind_of_time=kind,
        valid_from=TODAY() + first * DAY,
        valid_until=None if last is None else TODAY() + last * DAY,
    )


@pytest.mark.parametrize("kind", ["set", "free"])
@pytest.mark.parametrize("case", ["its grant", "a newer grant", "an ended grant", "no grant"])
def test_every_reading_of_the_kind_agrees(case, kind, django_assert_num_queries):
    """The visit is on the day after tomorrow, of a service by phone."""
    other = "free" if kind == "set" else "set"
    service = factories.ServiceFactory(
        place="remote", kind_of_time=kind if case == "no grant" else other
    )
    recipient = factories.RecipientFactory()
    grant = None
    if case == "its grant":
        grant = grant_of(recipient, service, kind, 0)
    elif case == "a newer grant":
        grant = grant_of(recipient, service, other, 0, 1)
        grant_of(recipient, service, kind, 2)
    elif case == "an ended grant":
        grant = grant_of(recipient, service, kind, 0, 1)
    visit = factories.VisitFactory(
        day__department=service.department,
        booking__recipient=recipient,
        booking__service=service,
        booking__grant=grant,
        booking__starts_at=timezone.now() + 2 * DAY,
    )
    booking, is_set = visit.booking, kind == "set"

    with django_assert_num_queries(0 if case == "its grant" else 1):
        assert grant_queries.kind_of_booking(booking) == kind
    assert seating_kinds([booking]) == {booking.pk: SET if is_set else FREE}
    refusal = SlotStatus.SET if is_set else None
    assert own_choice.refusal_of_booking(booking) == refusal
    assert own_choice.refusal_under(list(recipient.grants.all()), booking) == refusal
    paused = pauses.paused_visits(recipient, TODAY(), None, timezone.now())
    assert [*paused.standing] == [booking] * is_set
    assert needs_contact(visit) is is_set
