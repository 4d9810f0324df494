import datetime as dt

import pytest

from booking.models import Booking
from tests import factories
from workflow import actions, planner, queries
from workflow.models import DayPlan, WorkItem, WorkList

pytestmark = pytest.mark.django_db


def on_lists(day):
    """{shift: [visits in order]}, read from the rows."""
    return {
        work_list.shift_id: [item.visit_id for item in work_list.items.all()]
        for work_list in WorkList.objects.filter(plan__day=day).prefetch_related("items")
    }


def test_every_shift_has_a_list_with_its_visits(day, visit_at, care_worker, now):
    named = factories.ShiftFactory(day=day, person=care_worker)
    unnamed = factories.ShiftFactory(day=day)
    empty = factories.ShiftFactory(day=day)
    late, early = visit_at(day, 13, named), visit_at(day, 9, named)
    other = visit_at(day, 10, unnamed)
    visit_at(day, 11)

    actions.make_plan(day_id=day.pk)

    assert on_lists(day) == {
        named.pk: [early.pk, late.pk],
        unnamed.pk: [other.pk],
        empty.pk: [],
    }
    plan = DayPlan.objects.get(day=day)
    assert plan.revision == day.revision
    assert plan.made_at == now
    assert plan.objective >= planner.UNSTAFFED


def test_making_it_twice_changes_nothing(day, visit_at, django_assert_max_num_queries):
    visit_at(day, 9, factories.ShiftFactory(day=day))
    actions.make_plan(day_id=day.pk)
    rows = [list(model.objects.values()) for model in (DayPlan, WorkList, WorkItem)]

    with django_assert_max_num_queries(2):
        actions.make_plan(day_id=day.pk)

    assert rows == [list(model.objects.values()) for model in (DayPlan, WorkList, WorkItem)]


def test_a_plan_made_again_keeps_unchanged_rows(day, visit_at, planned):
    shift, other = factories.ShiftFactory(day=day), factories.ShiftFactory(day=day)
    stays, moves, goes = visit_at(day, 9, shift), visit_at(day, 11, shift), visit_at(day, 8, shift)
    planned(day)
    lists = dict(WorkList.objects.values_list("shift", "pk"))
    item = WorkItem.objects.get(visit=stays)

    moves.shift = other
    moves.save()
    goes.delete()
    comes = visit_at(day, 12, shift)
    planned(day)

    assert on_lists(day) == {shift.pk: [stays.pk, comes.pk], other.pk: [moves.pk]}
    assert dict(WorkList.objects.values_list("shift", "pk")) == lists
    assert WorkItem.objects.get(visit=stays).pk == item.pk
    assert list(WorkItem.objects.filter(work_list__shift=shift).values_list("position")) == [
        (1,),
        (2,),
    ]


def test_two_visits_swap_lists(day, visit_at, planned):
    shift, other = factories.ShiftFactory(day=day), factories.ShiftFactory(day=day)
    first, second = visit_at(day, 9, shift), visit_at(day, 12, other)
    planned(day)

    first.shift, second.shift = other, shift
    first.save()
    second.save()
    planned(day)

    assert on_lists(day) == {shift.pk: [second.pk], other.pk: [first.pk]}


def test_a_visit_that_loses_its_seat_leaves_its_list(day, visit_at, planned):
    shift = factories.ShiftFactory(day=day)
    visit = visit_at(day, 9, shift)
    planned(day)

    visit.shift = None
    visit.save()
    planned(day)

    assert on_lists(day) == {shift.pk: []}


def test_a_deleted_shift_has_no_list(day, visit_at, planned):
    shift = factories.ShiftFactory(day=day)
    visit_at(day, 9, shift)
    planned(day)

    shift.delete()
    planned(day)

    assert on_lists(day) == {}


def test_a_day_not_laid_out_has_no_plan(department):
    day = factories.DayFactory(department=department, laid_out_at=None)

    actions.make_plan(day_id=day.pk)

    assert actions.plan_stale_days() == 0
    assert not DayPlan.objects.exists()


def test_a_plan_is_discarded_when_the_day_changed_meanwhile(day, visit_at, change, monkeypatch):
    shift = factories.ShiftFactory(day=day)
    cancelled = visit_at(day, 9, shift)
    plans = []
    solve = planner.plan

    def change_the_day(facts, incumbent):
        plan = solve(facts, incumbent)
        plans.append(plan)
        if len(plans) == 1:
            cancelled.delete()
            visit_at(day, 11, shift)
            change(day)
        return plan

    monkeypatch.setattr(planner, "plan", change_the_day)
    actions.make_plan(day_id=day.pk)

    assert len(plans) == 2
    (place,) = WorkItem.objects.all()
    assert place.visit.starts_at.hour != cancelled.starts_at.hour
    assert DayPlan.objects.get(day=day).revision == day.revision


@pytest.mark.spoilt
def test_a_visit_on_a_shift_that_was_not_read_is_unstaffed(day, tomorrow, visit_at):
    """Without the lock, a visit may be read and its new shift not."""
    visit = visit_at(day, 9, factories.ShiftFactory(day=tomorrow))

    assert queries.planning_input(day).seats == {visit.pk: None}


def test_a_carer_who_has_met_the_recipient_costs_less(day, visit_at, planned, care_worker):
    shift = factories.ShiftFactory(day=day, person=care_worker)
    visit = visit_at(day, 9, shift)
    stranger = DayPlan.objects.get(day=planned(day)).objective

    last_week = factories.DayFactory(
        department=day.department, date=day.date - dt.timedelta(days=7)
    )
    visit_at(
        last_week,
        9,
        factories.ShiftFactory(day=last_week, person=care_worker),
        booking__recipient=visit.booking.recipient,
    )

    seen = DayPlan.objects.get(day=planned(day)).objective
    assert stranger - seen == planner.STRANGER - planner.SEEN


def test_stale_days_are_planned_once(day, tomorrow, visit_at, change):
    visit_at(tomorrow, 9, factories.ShiftFactory(day=tomorrow))

    assert actions.plan_stale_days() == 2
    assert actions.plan_stale_days() == 0

    change(tomorrow)
    assert actions.plan_stale_days() == 1
    assert {plan.day_id: plan.revision for plan in DayPlan.objects.all()} == {
        day.pk: 1,
        tomorrow.pk: 2,
    }


def test_the_limit_applies_and_today_is_first(day, tomorrow, department):
    yesterday = factories.DayFactory(
        department=department, date=day.date - dt.timedelta(days=1), revision=1
    )

    for expected in (day, tomorrow, yesterday):
        assert actions.plan_stale_days(limit=1) == 1
        assert DayPlan.objects.filter(day=expected).exists()


def test_a_failing_day_does_not_stop_the_others(day, tomorrow, monkeypatch, caplog):
    solve = planner.plan
    broken = factories.ShiftFactory(day=day).pk

    def fails_for_one(facts, incumbent):
        if any(shift.id == broken for shift in facts.shifts):
            raise ArithmeticError
        return solve(facts, incumbent)

    monkeypatch.setattr(planner, "plan", fails_for_one)
    actions.plan_stale_days()

    assert [plan.day for plan in DayPlan.objects.all()] == [tomorrow]
    assert f"make_plan failed for day {day.pk}" in caplog.text


def test_without_stale_days_one_statement_is_enough(day, django_assert_num_queries):
    actions.make_plan(day_id=day.pk)

    with django_assert_num_queries(3):  # the statement in its savepoint
        actions.plan_stale_days()


def test_planning_uses_the_same_queries_for_many_visits(
    day, visit_at, planned, django_assert_max_num_queries
):
    shift = factories.ShiftFactory(day=day)
    for hour in range(8, 16):
        visit_at(day, hour, shift)

    with django_assert_max_num_queries(18):
        planned(day)

    assert WorkItem.objects.count() == 8


def test_a_cancelled_booking_is_on_no_list(day, visit_at, planned):
    visit = visit_at(day, 9, factories.ShiftFactory(day=day))
    planned(day)

    Booking.objects.filter(pk=visit.booking_id).update(status=Booking.Status.CANCELLED)
    visit.delete()

    assert not WorkItem.objects.exists()
