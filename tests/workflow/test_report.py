import datetime as dt
import uuid

import pytest
from django.utils import timezone

from accounts.changes import People, describe
from accounts.models import Change
from booking.models import Booking, Visit
from departments.models import Day
from tests import factories
from workflow import actions, queries
from workflow.errors import (
    DayClosed,
    NotYet,
    NotYourVisit,
    ReasonMissing,
    ReportedByAnother,
    TooLateToUndo,
)
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


def test_a_report_and_its_correction_decide_whether_the_visit_counts(visit, care_worker, now):
    for outcome, uncharged_at in (("unable", now), ("done", None), ("in_hospital", now)):
        actions.report(visit=visit, outcome=outcome, by=care_worker)
        assert Booking.objects.get().uncharged_at == uncharged_at


def test_one_of_two_carers_who_did_it_makes_the_visit_count(
    visit, day, care_worker, administrator
):
    other = factories.VisitFactory(
        day=day, booking=visit.booking, shift=factories.ShiftFactory(day=day)
    )
    actions.report(visit=visit, outcome="done", by=care_worker)
    actions.report(visit=other, outcome="unable", by=administrator)
    assert Booking.objects.get().uncharged_at is None


def test_the_report_that_another_replaces_is_kept(visit, care_worker, administrator, now):
    actions.report(visit=visit, outcome="done", by=care_worker)
    actions.report(visit=visit, outcome="no_contact", by=care_worker)
    actions.report(
        visit=visit,
        outcome="unable",
        note="Called",
        reason="Wrong button",
        how="spoken",
        by=administrator,
    )

    report = Report.objects.get()
    assert (report.version, report.outcome, report.by) == (3, "unable", administrator)
    assert [
        (old.outcome, old.reason, old.by, old.at) for old in queries.earlier_reports(report)
    ] == [
        ("no_contact", "", care_worker, now),
        ("done", "", care_worker, now),
    ]
    last = Change.objects.filter(verb="report").first()
    assert (last.actor, last.subject_id, last.reason) == (
        administrator,
        visit.booking.recipient_id,
        "Wrong button",
    )
    assert last.after["changed"] == ["note"]  # free text is not kept


def test_a_carer_undoes_done(visit, care_worker, now):
    report = actions.report(visit=visit, outcome="done", by=care_worker)

    for _ in range(2):
        actions.undo_report(visit=visit, by=care_worker)

    assert not Report.objects.exists()
    change = Change.objects.get()
    assert (change.verb, change.object_id, change.actor) == ("undo_report", report.pk, care_worker)
    assert change.before["outcome"] == "done"
    assert "Done → not recorded" in describe(change, People({}, this_year=2026))


def _too_late(visit, time_machine):
    time_machine.shift(Report.UNDO_WITHIN + dt.timedelta(seconds=1))


def _corrected(visit, time_machine):
    actions.report(visit=visit, outcome="unable", by=visit.shift.person)
    actions.report(visit=visit, outcome="done", by=visit.shift.person)


def _by_another(visit, time_machine):
    Report.objects.update(by=factories.UserFactory())


def _closed(visit, time_machine):
    Day.objects.update(closed_at=timezone.now())


@pytest.mark.parametrize("but", [_too_late, _corrected, _by_another, _closed])
def test_what_may_have_been_acted_upon_is_not_undone(visit, care_worker, time_machine, but):
    actions.report(visit=visit, outcome="done", by=care_worker)
    but(visit, time_machine)

    with pytest.raises(TooLateToUndo):
        actions.undo_report(visit=visit, by=care_worker)

    assert Report.objects.get().outcome == "done"


def test_only_done_is_undone(visit, care_worker):
    actions.report(visit=visit, outcome="unable", by=care_worker)

    with pytest.raises(TooLateToUndo):
        actions.undo_report(visit=visit, by=care_worker)


def test_the_same_report_sent_twice_changes_nothing(visit, care_worker, time_machine, now):
    first = actions.report(visit=visit, outcome="done", by=care_worker)
    time_machine.shift(60)

    assert actions.report(visit=visit, outcome="done", by=care_worker) == first
    assert Report.objects.get().at == now
    assert not Change.objects.exists()


def test_a_report_made_meanwhile_by_somebody_else_is_not_replaced(
    visit, care_worker, administrator
):
    actions.report(visit=visit, outcome="unable", by=administrator)

    with pytest.raises(ReportedByAnother, match=administrator.full_name) as refused:
        actions.report(visit=visit, outcome="done", by=care_worker, seen=0)

    assert Report.objects.get().outcome == "unable"
    actions.report(visit=visit, outcome="done", by=care_worker, seen=refused.value.report.version)
    assert Report.objects.get().outcome == "done"


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


def test_a_visit_can_be_reported_from_one_hour_before_it(visit, care_worker, time_machine):
    opens = visit.starts_at - dt.timedelta(minutes=60)
    time_machine.move_to(opens - dt.timedelta(seconds=1), tick=False)

    with pytest.raises(NotYet):
        actions.report(visit=visit, outcome="done", by=care_worker)

    time_machine.move_to(opens, tick=False)
    actions.report(visit=visit, outcome="done", by=care_worker)


@pytest.mark.parametrize("later", [{"hours": 10, "minutes": 5}, {"days": 3}], ids=str)
def test_a_carer_reports_and_corrects_until_the_day_is_closed(
    visit, care_worker, time_machine, now, later
):
    time_machine.move_to(now + dt.timedelta(**later), tick=False)
    actions.report(visit=visit, outcome="done", by=care_worker)
    actions.report(visit=visit, outcome="unable", by=care_worker)
    Day.objects.update(closed_at=timezone.now())

    with pytest.raises(DayClosed):
        actions.report(visit=visit, outcome="done", by=care_worker)

    assert Report.objects.get().outcome == "unable"


def test_after_closing_an_administrator_reports_with_a_reason(
    visit, care_worker, administrator, other_administrator
):
    Day.objects.update(closed_at=timezone.now())

    with pytest.raises(ReasonMissing):
        actions.report(visit=visit, outcome="done", by=administrator)
    with pytest.raises(NotYourVisit):
        actions.report(visit=visit, outcome="done", by=other_administrator, reason="Told me")
    actions.report(visit=visit, outcome="done", by=administrator, reason="Emil told me")

    assert Report.objects.get().reason == "Emil told me"
