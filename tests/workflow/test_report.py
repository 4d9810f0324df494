import datetime as dt
import uuid

import pytest

from booking.models import Visit
from tests import factories
from workflow import actions
from workflow.errors import NotYet, NotYourVisit
from workflow.models import Report

pytestmark = pytest.mark.django_db


@pytest.fixture
def visit(now, day, care_worker, visit_at):
    """This morning, on Emil's shift."""
    return visit_at(day, 9, factories.ShiftFactory(day=day, person=care_worker))


@pytest.mark.parametrize("outcome", Report.Outcome.values)
def test_a_carer_tells_what_happened(visit, care_worker, now, outcome):
    told = actions.report(visit=visit, outcome=outcome, by=care_worker)

    assert Report.objects.get() == told
    assert (told.outcome, told.by, told.at) == (outcome, care_worker, now)


def test_telling_again_replaces_what_was_told(visit, care_worker):
    actions.report(visit=visit, outcome="done", by=care_worker)
    actions.report(visit=visit, outcome="done", by=care_worker)
    actions.report(visit=visit, outcome="not_available", by=care_worker)

    assert Report.objects.get().outcome == Report.Outcome.NOT_AVAILABLE


def test_an_administrator_of_the_department_can_tell(visit, administrator):
    assert actions.report(visit=visit, outcome="unable", by=administrator).by == administrator


def test_an_administrator_tells_of_a_visit_nobody_took(now, day, visit_at, administrator):
    visit = visit_at(day, 9)

    actions.report(visit=visit, outcome="unable", by=administrator)

    assert Report.objects.get().visit == visit


@pytest.mark.parametrize("who", ["other_administrator", "colleague", "recipient_of_it"])
def test_nobody_else_can(visit, who, department, other_administrator):
    user = {
        "other_administrator": other_administrator,
        "colleague": factories.EmployeeFactory(department=department).person,
        "recipient_of_it": factories.UserFactory(),
    }[who]

    with pytest.raises(NotYourVisit):
        actions.report(visit=visit, outcome="done", by=user)

    assert not Report.objects.exists()


def test_a_visit_given_to_somebody_else_meanwhile_is_theirs(visit, day, care_worker):
    colleague = factories.EmployeeFactory(department=day.department).person
    Visit.objects.filter(pk=visit.pk).update(
        shift=factories.ShiftFactory(day=day, person=colleague)
    )

    with pytest.raises(NotYourVisit):
        actions.report(visit=visit, outcome="done", by=care_worker)


def test_a_visit_that_was_moved_away_is_nobodys(visit, care_worker):
    gone = Visit(pk=uuid.uuid4(), booking=visit.booking)

    with pytest.raises(NotYourVisit):
        actions.report(visit=gone, outcome="done", by=care_worker)


def test_what_has_not_begun_has_not_happened(visit, care_worker, time_machine):
    time_machine.move_to(visit.starts_at - dt.timedelta(seconds=1), tick=False)

    with pytest.raises(NotYet):
        actions.report(visit=visit, outcome="done", by=care_worker)

    time_machine.move_to(visit.starts_at, tick=False)
    actions.report(visit=visit, outcome="done", by=care_worker)
