import random
import uuid

from workflow import planner
from workflow.planner import PlanningDay, Shift, Visit, plan

HOUR = 3600


def a_day(**fields):
    emil = Shift(id=uuid.uuid4(), person_id=uuid.uuid4(), starts=0, ends=8 * HOUR)
    nobody = Shift(id=uuid.uuid4(), person_id=None, starts=0, ends=8 * HOUR)
    visits = [
        Visit(
            id=uuid.uuid4(),
            recipient_id=uuid.uuid4(),
            starts=hour * HOUR,
            ends=(hour + 1) * HOUR,
            travel=900,
        )
        for hour in (1, 3, 5)
    ]
    return PlanningDay(shifts=[emil, nobody], visits=visits, **fields), emil, nobody, visits


def test_the_plan_is_the_incumbent():
    day, emil, nobody, (first, second, third) = a_day()
    incumbent = {first.id: emil.id, second.id: nobody.id, third.id: None}

    result = plan(day, incumbent)

    assert result.assignment == incumbent
    assert result.objective == planner.cost(day, incumbent)
    assert result.bound is None


def test_lists_are_ordered_by_time():
    day, emil, nobody, visits = a_day()
    assignment = {visit.id: emil.id for visit in visits}
    shuffled = random.Random(1).sample(visits, 3)

    for given in (visits, shuffled):
        lists = planner.lists(PlanningDay(shifts=day.shifts, visits=given), assignment)
        assert lists == {emil.id: visits, nobody.id: []}


def test_an_unstaffed_visit_costs_most():
    day, emil, _nobody, visits = a_day()
    all_to_emil = {visit.id: emil.id for visit in visits}
    one_left = {**all_to_emil, visits[0].id: None}

    assert planner.cost(day, one_left) > planner.cost(day, all_to_emil) + 9_000


def test_a_carer_who_was_seen_costs_less_than_a_stranger_or_an_unnamed_shift():
    day, emil, nobody, (visit, *_) = a_day()
    known = PlanningDay(
        shifts=day.shifts,
        visits=[visit],
        seen=frozenset({(emil.person_id, visit.recipient_id)}),
    )
    strangers = PlanningDay(shifts=day.shifts, visits=[visit])

    to_emil, to_nobody = {visit.id: emil.id}, {visit.id: nobody.id}

    assert planner.cost(known, to_emil) < planner.cost(strangers, to_emil)
    assert planner.cost(known, to_emil) < planner.cost(known, to_nobody)


def test_travel_costs_between_visits_only():
    _, emil, _, (first, second, _) = a_day()
    travel = {
        count: planner.cost(
            PlanningDay(shifts=[emil], visits=visits), {v.id: emil.id for v in visits}
        )
        for count, visits in enumerate(([first], [first, second]), start=1)
    }

    assert travel[2] - 2 * travel[1] == 15 * planner.TRAVEL


def test_minutes_above_the_share_of_the_day_cost():
    day, emil, nobody, (first, second, _) = a_day()
    both = PlanningDay(shifts=day.shifts, visits=[first, second])
    travel = 15 * planner.TRAVEL

    uneven = planner.cost(both, {first.id: emil.id, second.id: emil.id})
    even = planner.cost(both, {first.id: emil.id, second.id: nobody.id})

    assert uneven - even == travel + 60 * planner.UNFAIR


def test_a_day_without_shifts_or_visits_costs_nothing():
    assert plan(PlanningDay(shifts=[], visits=[]), {}).objective == 0
