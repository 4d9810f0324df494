"""Reported outcomes of bookings, as booking reads them."""

import pytest

from booking.outcomes import Outcome, registered
from tests import factories
from workflow import actions
from workflow.models import Report

pytestmark = pytest.mark.django_db


@pytest.fixture
def visit(now, day, care_worker, visit_at):
    return visit_at(day, 9, factories.ShiftFactory(day=day, person=care_worker))


@pytest.mark.parametrize(
    ("reported", "outcome"),
    [
        (Report.Outcome.DONE, Outcome.DONE),
        (Report.Outcome.NOT_AVAILABLE, Outcome.NOT_FOUND),
        (Report.Outcome.UNABLE, Outcome.COULD_NOT_COME),
    ],
)
def test_a_report_becomes_an_outcome(visit, care_worker, reported, outcome):
    actions.report(visit=visit, outcome=reported, by=care_worker)
    assert registered().of([visit.booking_id]) == {visit.booking_id: outcome}


def test_a_visit_without_a_report_has_no_outcome(visit):
    assert registered().of([visit.booking_id]) == {}


def test_done_takes_precedence_of_two_carers_reports(visit, day, care_worker, administrator):
    other = factories.VisitFactory(
        day=day, booking=visit.booking, shift=factories.ShiftFactory(day=day)
    )
    actions.report(visit=other, outcome=Report.Outcome.UNABLE, by=administrator)
    actions.report(visit=visit, outcome=Report.Outcome.DONE, by=care_worker)
    assert registered().of([visit.booking_id]) == {visit.booking_id: Outcome.DONE}


def test_the_outcomes_of_many_bookings_are_one_query(visit, django_assert_num_queries):
    with django_assert_num_queries(1):
        registered().of([visit.booking_id] * 20)
