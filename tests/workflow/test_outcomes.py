"""What recipients are told of the visits that are over."""

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
    ("reported", "told"),
    [
        (Report.Outcome.DONE, Outcome.DONE),
        (Report.Outcome.NOT_AVAILABLE, Outcome.NOT_FOUND),
        (Report.Outcome.UNABLE, Outcome.COULD_NOT_COME),
    ],
)
def test_a_report_becomes_an_outcome(visit, care_worker, reported, told):
    actions.report(visit=visit, outcome=reported, by=care_worker)
    assert registered().of([visit.booking_id]) == {visit.booking_id: told}


def test_nothing_is_told_of_a_visit_nobody_has_reported_on(visit):
    assert registered().of([visit.booking_id]) == {}


def test_of_two_carers_the_one_who_did_it_counts(visit, day, care_worker, administrator):
    other = factories.VisitFactory(
        day=day, booking=visit.booking, shift=factories.ShiftFactory(day=day)
    )
    actions.report(visit=other, outcome=Report.Outcome.UNABLE, by=administrator)
    actions.report(visit=visit, outcome=Report.Outcome.DONE, by=care_worker)
    assert registered().of([visit.booking_id]) == {visit.booking_id: Outcome.DONE}


def test_all_outcomes_of_a_list_are_one_question(visit, django_assert_num_queries):
    with django_assert_num_queries(1):
        registered().of([visit.booking_id] * 20)
