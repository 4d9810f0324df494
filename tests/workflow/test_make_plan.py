import datetime as dt

import pytest

from booking.models import Booking
from tests import factories
from workflow import actions, planner
from workflow.models import DayPlan, WorkItem, WorkList
from workflow.queries.planning import as_it_stands

pytestmark = pytest.mark.django_db


def on_lists(day):
    """{shift: [visits in order]}, read from the rows."""
    return {
        work_list.shift_id: [item.visit_id for item in work_list.items.all()]
        for work_list in WorkList.objects.filter(plan__day=day).prefetch_related("items")
    }


def test_every_shift_has_a_list_and_every_seated_visit_a_place_on_it(
    day, visit_at, care_worker, now
):
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


def test_a_plan_made_again_keeps_the_rows_that_still_hold(day, visit_at, planned):
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


def test_a_shift_that_goes_takes_its_list_along(day, visit_at, planned):
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


def test_an_answer_is_thrown_away_when_the_day_moved_on_meanwhile(
    day, visit_at, change, monkeypatch
):
    shift = factories.ShiftFactory(day=day)
    cancelled = visit_at(day, 9, shift)
    answers = []
    solve = planner.plan

    def somebody_is_faster(facts, incumbent):
        answer = solve(facts, incumbent)
        answers.append(answer)
        if len(answers) == 1:
            cancelled.delete()
            visit_at(day, 11, shift)
            change(day)
        return answer

    monkeypatch.setattr(planner, "plan", somebody_is_faster)
    actions.make_plan(day_id=day.pk)

    assert len(answers) == 2
    (place,) = WorkItem.objects.all()
    assert place.visit.starts_at.hour != cancelled.starts_at.hour
    assert DayPlan.objects.get(day=day).revision == day.revision


@pytest.mark.spoilt
def test_a_shift_made_while_the_day_was_read_breaks_nothing(day, tomorrow, visit_at):
    """Whoever reads without the lock may know a visit and not its shift."""
    visit = visit_at(day, 9, factories.ShiftFactory(day=tomorrow))

    assert as_it_stands(day).seats == {visit.pk: None}


def test_carers_who_have_met_the_recipient_lately_make_a_plan_cheaper(
    day, visit_at, planned, care_worker
):
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


def test_stale_days_are_found_and_planned_and_then_there_are_none(day, tomorrow, visit_at, change):
    visit_at(tomorrow, 9, factories.ShiftFactory(day=tomorrow))

    assert actions.plan_stale_days() == 2
    assert actions.plan_stale_days() == 0

    change(tomorrow)
    assert actions.plan_stale_days() == 1
    assert {plan.day_id: plan.revision for plan in DayPlan.objects.all()} == {
        day.pk: 1,
        tomorrow.pk: 2,
    }


def test_one_round_takes_a_bounded_number_of_days_and_today_first(day, tomorrow, department):
    yesterday = factories.DayFactory(
        department=department, date=day.date - dt.timedelta(days=1), revision=1
    )

    for expected in (day, tomorrow, yesterday):
        assert actions.plan_stale_days(limit=1) == 1
        assert DayPlan.objects.filter(day=expected).exists()


def test_a_day_that_fails_does_not_keep_the_others_waiting(day, tomorrow, monkeypatch, caplog):
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


def test_looking_for_stale_days_when_there_are_none_is_one_statement(
    day, django_assert_num_queries
):
    actions.make_plan(day_id=day.pk)

    with django_assert_num_queries(3):  # the statement in its savepoint
        actions.plan_stale_days()


def test_planning_a_day_takes_the_same_number_of_statements_however_many_visits(
    day, visit_at, planned, django_assert_max_num_queries
):
    shift = factories.ShiftFactory(day=day)
    for hour in range(8, 16):
        visit_at(day, hour, shift)

    with django_assert_max_num_queries(18):
        planned(day)

    assert WorkItem.objects.count() == 8


def test_a_cancelled_booking_without_visits_is_nobodys_work(day, visit_at, planned):
    visit = visit_at(day, 9, factories.ShiftFactory(day=day))
    planned(day)

    Booking.objects.filter(pk=visit.booking_id).update(status=Booking.Status.CANCELLED)
    visit.delete()

    assert not WorkItem.objects.exists()
