"""What a visit that was not made means for the quota, the lists, and the messages about it."""

import datetime as dt

import pytest
from django.core import mail

from accounts import actions as accounts_actions
from booking import actions, outcomes, queries
from booking.actions.booking_sql import known_of
from booking.actions.locks import lock_recipient, one_transaction
from booking.models import Booking
from booking.outcomes import Outcome
from booking.queries.department_recipients import found_recipients
from booking.queries.essential import unbooked
from booking.queries.person import Person
from tests import factories
from tests.booking.conftest import NOW, TODAY
from tests.factories import local

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

HOUR = dt.timedelta(hours=1)


@pytest.fixture
def grant(recipient, service, department):
    recipient.user.language = "en"
    recipient.user.save()
    grant = recipient.grants.get(service=service)
    grant.amount, grant.is_essential = 1, True
    grant.save()
    return grant


@pytest.fixture
def visit(grant, department):
    """This morning, with a seat."""
    day = factories.DayFactory(department=department, date=TODAY)
    return factories.VisitFactory(
        day=day,
        shift=factories.ShiftFactory(day=day),
        booking__recipient=grant.recipient,
        booking__service=grant.service,
        booking__grant=grant,
        booking__starts_at=local(TODAY, 8),
    )


def charge(visit, outcome):
    with one_transaction():
        lock_recipient(visit.booking.recipient_id)
        actions.charge(booking_id=visit.booking_id, outcome=outcome)


def used(grant):
    """By every reader of the quota: they must agree."""
    recipient, at = grant.recipient, local(TODAY, 14)
    by_sql = known_of(recipient, grant.service, recipient.pk, at, at + HOUR, TODAY).own
    (by_list,) = queries.balances(recipient, TODAY)
    (by_search,) = found_recipients([recipient], [grant.service.department], NOW)[0].balances
    (by_page,) = Person.of(recipient, NOW).balances(TODAY)
    missing = unbooked(grant.service.department, TODAY, most=1).shown
    every = {
        by_list.used,
        by_page.used,
        by_search.used,
        sum(one.is_charged for one in by_sql),
        grant.amount - (missing[0].missing if missing else 0),
        queries.balance(recipient, grant.service, TODAY).used,
    }
    (one,) = every
    return one


def sent(clock):
    """The bodies of the e-mails, when the carer has had the time to correct."""
    clock.shift(16 * 60)
    accounts_actions.send_due()
    found = [one.body for one in mail.outbox]
    mail.outbox.clear()
    return found


def test_a_visit_that_we_could_not_make_comes_back_to_every_reader(visit, grant, clock):
    assert used(grant) == 1
    revision = Person.of(grant.recipient, NOW).recipient.revision

    charge(visit, Outcome.UNABLE)

    assert used(grant) == 0
    assert Person.of(grant.recipient, NOW).recipient.revision > revision
    (body,) = sent(clock)
    assert "was not made, and does not count" in body


def test_a_correction_is_followed_and_told_to_those_who_were_told(visit, grant, clock):
    charge(visit, Outcome.DECLINED)
    charge(visit, Outcome.DONE)
    assert used(grant) == 1
    assert sent(clock) == []

    charge(visit, Outcome.IN_HOSPITAL)
    assert len(sent(clock)) == 1
    charge(visit, Outcome.PARTLY)
    (body,) = sent(clock)
    assert "counts after all" in body
    assert used(grant) == 1


@pytest.mark.parametrize(
    ("kind", "setting", "counts"),
    [("free", True, 1), ("free", False, 0), ("window", True, 0), ("set", True, 0)],
)
def test_no_contact_counts_by_a_setting_for_times_that_were_chosen_freely(
    visit, grant, department, kind, setting, counts
):
    department.charges_no_contact = setting
    department.save()
    grant.kind_of_time = kind
    grant.save()

    charge(visit, Outcome.NO_CONTACT)

    assert used(grant) == counts


def test_a_visit_for_which_nobody_was_to_come_stops_counting_when_it_is_over(
    visit, grant, clock, monkeypatch
):
    visit.shift = None
    visit.save()
    actions.release_unseated(visit.ends_at + HOUR / 2)
    assert used(grant) == 1

    class Told:
        """As of a visit without contact: nobody may read of it."""

        def of(self, bookings):
            return {}

        def reported(self, visits):
            return set(visits)

    with monkeypatch.context() as patch:
        patch.setattr(outcomes, "_outcomes", Told())
        assert actions.release_unseated(visit.ends_at + HOUR) == 0
    assert actions.release_unseated(visit.ends_at + HOUR) == 1
    assert actions.release_unseated(visit.ends_at + HOUR) == 0

    assert used(grant) == 0
    assert len(sent(clock)) == 1


def test_a_visit_that_staff_move_afterwards_counts_again(visit, grant, department, clock):
    factories.OpeningHoursFactory(department=department, weekday=TODAY.isoweekday())
    visit.shift.delete()
    visit.day.laid_out_at = None
    visit.day.save()
    clock.move_to(visit.ends_at + HOUR)
    assert actions.release_unseated(visit.ends_at + HOUR) == 1

    actions.move(
        booking=visit.booking,
        starts_at=local(TODAY, 14),
        by=factories.UserFactory(),
        as_staff=True,
        reason="Nobody came",
    )

    assert used(grant) == 1
    assert queries.to_book_again(department, local(TODAY, 15)) == []
    assert not any("does not count" in body for body in sent(clock))


def test_a_visit_with_one_of_two_carers_counts_until_it_is_told(visit, grant, clock):
    factories.VisitFactory(day=visit.day, booking=visit.booking, shift=None)
    assert actions.release_unseated(visit.ends_at + HOUR) == 0
    assert Booking.objects.get().uncharged_at is None


@pytest.mark.parametrize(("hour", "is_listed"), [(6, True), (7.5, False), (9, False)])
def test_another_time_takes_the_place_of_a_visit_that_we_could_not_make(
    visit, grant, department, clock, hour, is_listed
):
    """It is reported at 7, an hour before its start; the other time is booked at ``hour``."""
    clock.move_to(local(TODAY, 7))
    charge(visit, Outcome.UNABLE)
    other = factories.BookingFactory(
        recipient=grant.recipient, service=grant.service, starts_at=local(TODAY, 14)
    )
    Booking.objects.filter(pk=other.pk).update(booked_at=local(TODAY, 0) + hour * HOUR)

    found = queries.to_book_again(department, local(TODAY, 10))

    assert found == ([visit.booking] if is_listed else [])
