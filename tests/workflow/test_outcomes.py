"""Reported outcomes of bookings, as booking reads them."""

import pytest

from booking.outcomes import Outcome, registered
from tests import factories
from workflow import actions
from workflow.models import NoContact
from workflow.outcomes import PRECEDENCE

pytestmark = pytest.mark.django_db


@pytest.fixture
def visit(now, day, care_worker, visit_at):
    return visit_at(day, 9, factories.ShiftFactory(day=day, person=care_worker))


def test_a_report_becomes_an_outcome(visit, care_worker, now):
    confirmed = {
        "met_at": now, "confirmed_at": now, "confirmed_by": care_worker, "alarm_due_at": None,
    }  # fmt: skip
    for outcome in Outcome:
        actions.report(visit=visit, outcome=outcome, by=care_worker, how="seen")
        NoContact.objects.update(how="seen", **confirmed)
        assert registered().of([visit.booking_id]) == {visit.booking_id: outcome}


def test_a_visit_without_a_report_has_no_outcome(visit):
    assert registered().of([visit.booking_id]) == {}


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (Outcome.UNABLE, Outcome.DONE),
        (Outcome.NO_CONTACT, Outcome.UNABLE),
        (Outcome.PARTLY, Outcome.IN_HOSPITAL),
    ],
)
def test_of_two_carers_reports_one_takes_precedence(
    visit, day, care_worker, administrator, first, second
):
    other = factories.VisitFactory(
        day=day, booking=visit.booking, shift=factories.ShiftFactory(day=day)
    )
    actions.report(visit=other, outcome=first, by=administrator)
    actions.report(visit=visit, outcome=second, by=care_worker)
    expected = min(first, second, key=PRECEDENCE.index)
    assert registered().of([visit.booking_id]) == {visit.booking_id: expected}


def test_the_outcomes_of_many_bookings_are_one_query(visit, django_assert_num_queries):
    with django_assert_num_queries(1):
        registered().of([visit.booking_id] * 20)
