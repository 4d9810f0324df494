"""Days are closed by the department, or at noon of the next working day."""

import datetime as dt

import pytest
from django.utils import timezone

from accounts.models import Change
from departments.closing import closes_at, last_date_due
from departments.models import Day
from tests import factories
from workflow import actions, queries, tasks
from workflow.errors import DayNotOver, VisitsUntold

FRIDAY = dt.date(2026, 11, 27)
MAUNDY_THURSDAY = dt.date(2027, 3, 25)


@pytest.mark.parametrize(
    ("date", "closes"),
    [
        (FRIDAY - dt.timedelta(days=1), FRIDAY),
        (FRIDAY, dt.date(2026, 11, 30)),
        (FRIDAY + dt.timedelta(days=1), dt.date(2026, 11, 30)),
        (FRIDAY + dt.timedelta(days=2), dt.date(2026, 11, 30)),
        (MAUNDY_THURSDAY - dt.timedelta(days=1), dt.date(2027, 3, 30)),
        (dt.date(2026, 12, 24), dt.date(2026, 12, 28)),
        (dt.date(2027, 5, 14), dt.date(2027, 5, 18)),
    ],
    ids=str,
)
def test_a_day_closes_at_noon_of_the_next_working_day(date, closes):
    assert closes_at(date) == factories.local(closes, 12)


def test_the_last_date_due_is_the_latest_whose_closing_time_has_passed():
    monday = dt.date(2026, 11, 30)
    before_noon, noon = (
        factories.local(monday, 12) - dt.timedelta(seconds=1),
        factories.local(monday, 12),
    )

    assert last_date_due(before_noon) == dt.date(2026, 11, 26)
    assert last_date_due(noon) == dt.date(2026, 11, 29)


@pytest.fixture
def shift(day, care_worker):
    return factories.ShiftFactory(day=day, person=care_worker)


@pytest.fixture
def visit(day, shift, visit_at):
    return visit_at(day, 9, shift)


def test_beat_closes_days_that_are_due_once(day, visit, department, time_machine):
    later = factories.DayFactory(department=department, date=day.date + dt.timedelta(days=3))
    time_machine.move_to(closes_at(day.date) - dt.timedelta(minutes=1), tick=False)
    tasks.close_due_days()
    assert not Day.objects.filter(closed_at__isnull=False).exists()

    time_machine.move_to(closes_at(day.date), tick=False)
    now = timezone.now()
    tasks.close_due_days()
    time_machine.shift(3600)
    tasks.close_due_days()

    day.refresh_from_db()
    later.refresh_from_db()
    assert (day.closed_at, day.closed_by, day.revision) == (now, None, 1)
    assert later.closed_at is None
    change = Change.objects.get(verb="close_day")
    assert (change.actor, change.department_id) == (None, department.pk)
    assert change.after == {"date": day.date.isoformat()}


def test_beat_waits_for_a_visit_that_is_going_on(day, visit_at, time_machine):
    visit = visit_at(day, 9)
    visit.ends_at = visit.occupied_until = closes_at(day.date) + dt.timedelta(hours=2)
    visit.save()
    time_machine.move_to(closes_at(day.date), tick=False)
    assert actions.close_due_days() == 0

    time_machine.move_to(visit.ends_at, tick=False)
    assert actions.close_due_days() == 1


def test_the_department_closes_a_day_whose_visits_are_told(
    department, day, visit, care_worker, administrator, time_machine
):
    actions.report(visit=visit, outcome="done", by=care_worker)
    time_machine.move_to(factories.local(day.date, 23), tick=False)

    for _ in range(2):
        closed = actions.close_day(department=department, date=day.date, by=administrator)

    assert (closed.closed_at, closed.closed_by) == (timezone.now(), administrator)


def test_a_day_with_untold_visits_is_closed_only_on_purpose(
    department, day, visit, administrator, time_machine
):
    time_machine.move_to(factories.local(day.date, 23), tick=False)

    with pytest.raises(VisitsUntold):
        actions.close_day(department=department, date=day.date, by=administrator)
    assert not Day.objects.filter(closed_at__isnull=False).exists()

    actions.close_day(department=department, date=day.date, by=administrator, despite_untold=True)
    assert Day.objects.get(pk=day.pk).is_closed


@pytest.mark.parametrize("what", ["shift", "visit", "no shift yet"])
def test_a_day_that_is_not_over_can_not_be_closed(
    department, day, what, administrator, visit_at, care_worker
):
    if what == "shift":
        factories.ShiftFactory(day=day, person=care_worker, ends_at=factories.local(day.date, 20))
    if what == "visit":
        visit_at(day, 15)

    with pytest.raises(DayNotOver):
        actions.close_day(department=department, date=day.date, by=administrator)


def test_every_past_day_with_untold_visits_is_found(
    department, day, visit, visit_at, care_worker, other_department, time_machine
):
    unstaffed = visit_at(day, 11)
    friday_before = factories.DayFactory(
        department=department, date=day.date - dt.timedelta(days=7)
    )
    old = visit_at(friday_before, 9, factories.ShiftFactory(day=friday_before, person=care_worker))
    factories.VisitFactory(
        day=factories.DayFactory(department=other_department, date=friday_before.date),
        shift=None,
        booking__starts_at=factories.local(friday_before.date, 9),
    )
    Day.objects.filter(pk=friday_before.pk).update(closed_at=timezone.now())
    monday = factories.local(day.date + dt.timedelta(days=3), 9)

    found = queries.untold_days(department, monday)

    assert [(one.day, one.visits) for one in found.shown] == [
        (day, [visit, unstaffed]),
        (friday_before, [old]),
    ]
    assert (found.days, found.visits) == (2, 3)
    assert queries.untold_days_of(care_worker, monday) == [(day.date, 1)]

    actions.report(visit=visit, outcome="done", by=care_worker)
    assert queries.untold_days(department, monday).visits == 2
    assert queries.untold_days_of(care_worker, monday) == []
