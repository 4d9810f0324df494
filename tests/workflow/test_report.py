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
def test_a_carer_reports_a_visit(visit, care_worker, now, outcome):
    report = actions.report(visit=visit, outcome=outcome, by=care_worker)

    assert Report.objects.get() == report
    assert (report.outcome, report.by, report.at) == (outcome, care_worker, now)


def test_a_second_report_replaces_the_first(visit, care_worker):
    actions.report(visit=visit, outcome="done", by=care_worker)
    actions.report(visit=visit, outcome="done", by=care_worker)
    actions.report(visit=visit, outcome="not_available", by=care_worker)

    assert Report.objects.get().outcome == Report.Outcome.NOT_AVAILABLE


def test_the_departments_administrator_can_report(visit, administrator):
    assert actions.report(visit=visit, outcome="unable", by=administrator).by == administrator


def test_the_administrator_can_report_an_unstaffed_visit(now, day, visit_at, administrator):
    visit = visit_at(day, 9)

    actions.report(visit=visit, outcome="unable", by=administrator)

    assert Report.objects.get().visit == visit


@pytest.mark.parametrize("who", ["other_administrator", "colleague", "recipient_of_it"])
def test_other_users_can_not_report(visit, who, department, other_administrator):
    user = {
        "other_administrator": other_administrator,
        "colleague": factories.EmployeeFactory(department=department).person,
        "recipient_of_it": factories.UserFactory(),
    }[who]

    with pytest.raises(NotYourVisit):
        actions.report(visit=visit, outcome="done", by=user)

    assert not Report.objects.exists()


def test_the_former_carer_of_a_visit_can_not_report_it(visit, day, care_worker):
    colleague = factories.EmployeeFactory(department=day.department).person
    Visit.objects.filter(pk=visit.pk).update(
        shift=factories.ShiftFactory(day=day, person=colleague)
    )

    with pytest.raises(NotYourVisit):
        actions.report(visit=visit, outcome="done", by=care_worker)


def test_a_deleted_visit_can_not_be_reported(visit, care_worker):
    gone = Visit(pk=uuid.uuid4(), booking=visit.booking)

    with pytest.raises(NotYourVisit):
        actions.report(visit=gone, outcome="done", by=care_worker)


def test_a_visit_can_not_be_reported_before_it_begins(visit, care_worker, time_machine):
    time_machine.move_to(visit.starts_at - dt.timedelta(seconds=1), tick=False)

    with pytest.raises(NotYet):
        actions.report(visit=visit, outcome="done", by=care_worker)

    time_machine.move_to(visit.starts_at, tick=False)
    actions.report(visit=visit, outcome="done", by=care_worker)
