import datetime as dt

import pytest

from departments.models import Day
from tests import factories
from workflow import actions
from workflow.models import DayPlan, WorkItem

pytestmark = pytest.mark.django_db

EVENING = dt.datetime(2026, 11, 27, 17, tzinfo=dt.UTC)  # 18:00 in Norway, a Friday


@pytest.fixture
def saturday(department):
    return factories.DayFactory(department=department, date=dt.date(2026, 11, 28), revision=3)


def test_settling_makes_the_plan_from_the_current_seats(saturday, visit_at, now):
    visit = visit_at(saturday, 9, factories.ShiftFactory(day=saturday))

    assert actions.settle(day_id=saturday.pk) is True

    saturday.refresh_from_db()
    assert saturday.settled_at == now
    assert saturday.revision == 4
    assert DayPlan.objects.get(day=saturday).revision == 4
    assert WorkItem.objects.get().visit == visit


def test_settling_twice_changes_nothing(saturday, now, time_machine):
    actions.settle(day_id=saturday.pk)
    before = Day.objects.values().get()

    time_machine.shift(60)

    assert actions.settle(day_id=saturday.pk) is False
    assert Day.objects.values().get() == before


def test_a_day_is_settled_at_its_departments_hour_the_evening_before(saturday, time_machine):
    time_machine.move_to(EVENING - dt.timedelta(seconds=1), tick=False)
    assert actions.settle_due_days() == 0

    time_machine.move_to(EVENING, tick=False)
    assert actions.settle_due_days() == 1
    assert actions.settle_due_days() == 0


def test_each_department_has_its_own_settling_time(saturday, other_department, time_machine):
    other_department.settling_time = dt.time(20)
    other_department.save()
    theirs = factories.DayFactory(department=other_department, date=saturday.date)
    time_machine.move_to(EVENING, tick=False)

    actions.settle_due_days()

    theirs.refresh_from_db()
    assert theirs.settled_at is None


@pytest.mark.parametrize(
    ("date", "utc"),
    [
        (dt.date(2026, 10, 25), dt.datetime(2026, 10, 24, 16, tzinfo=dt.UTC)),  # summer time
        (dt.date(2026, 10, 26), dt.datetime(2026, 10, 25, 17, tzinfo=dt.UTC)),  # winter time
        (dt.date(2027, 3, 29), dt.datetime(2027, 3, 28, 16, tzinfo=dt.UTC)),
    ],
)
def test_the_settling_time_is_local_time(department, date, utc, time_machine):
    factories.DayFactory(department=department, date=date)

    time_machine.move_to(utc - dt.timedelta(minutes=1), tick=False)
    assert actions.settle_due_days() == 0
    time_machine.move_to(utc, tick=False)
    assert actions.settle_due_days() == 1


def test_today_is_settled_late_when_no_worker_ran(saturday, time_machine):
    time_machine.move_to(dt.datetime(2026, 11, 28, 5, tzinfo=dt.UTC), tick=False)

    assert actions.settle_due_days() == 1


def test_past_days_and_days_not_laid_out_are_not_settled(department, saturday, time_machine):
    Day.objects.filter(pk=saturday.pk).update(laid_out_at=None)
    factories.DayFactory(department=department, date=dt.date(2026, 11, 26))
    time_machine.move_to(EVENING, tick=False)

    assert actions.settle_due_days() == 0
