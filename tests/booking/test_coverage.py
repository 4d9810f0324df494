"""The suggestion for a whole day against brute force on small days."""

import random
import uuid
from itertools import product

import pytest

from booking.seating.coverage import FREE, SET, WINDOW, Placed, cost_of, cover
from booking.seating.shift_rows import fits, occupied_until
from booking.seating.values import Seat, Visit
from tests.sizes import size

HOUR = 3600
SKILL = uuid.UUID(int=900)
EMIL, HILDE = uuid.UUID(int=1), uuid.UUID(int=2)


def seat(id_, starts=7, ends=15, *skills):
    return Seat(id_, starts * HOUR, ends * HOUR, qualifications=frozenset(skills))


def placed(number, start, kind=FREE, on=None, *, needs=(), hours=1, **terms):
    visit = Visit(
        uuid.UUID(int=100 + number),
        int(start * HOUR),
        int((start + hours) * HOUR),
        int((start + hours) * HOUR),
        frozenset(needs),
        on,
        terms.pop("is_fixed", False),
    )
    return Placed(visit, kind, **terms)


def seats_of(seats, visits):
    where = cover(seats, visits)
    return [where[one.visit.id] for one in visits]


def test_a_free_visit_moves_or_gives_way_for_a_set_one():
    two = [seat(EMIL, 7, 15, SKILL), seat(HILDE)]
    free, medicine = placed(1, 9, on=EMIL), placed(2, 9, SET, needs=[SKILL])

    assert seats_of(two, [free, medicine]) == [HILDE, EMIL]
    assert seats_of(two[:1], [free, medicine]) == [None, EMIL]


@pytest.mark.parametrize("kind", [SET, WINDOW])
def test_a_seated_visit_of_another_class_never_loses_its_seat(kind):
    assert seats_of([seat(EMIL)], [placed(1, 9, kind, EMIL), placed(2, 9, SET)]) == [EMIL, None]


def test_a_seated_free_visit_stays_before_any_number_of_free_ones():
    long = placed(1, 9, on=EMIL, hours=3)
    short = [placed(number, 7 + number) for number in (2, 3, 4)]

    assert seats_of([seat(EMIL)], [long, *short])[0] == EMIL


def test_who_lost_a_visit_last_is_spared_and_who_is_known_comes():
    lost, other = placed(1, 9, on=EMIL, lost_rank=1), placed(2, 9, on=HILDE)
    medicine = placed(3, 9, SET, known=frozenset([EMIL]))

    where = seats_of([seat(EMIL), seat(HILDE)], [lost, other, medicine])

    assert where == [EMIL, None, HILDE]
    assert seats_of([seat(EMIL), seat(HILDE)], [medicine]) == [EMIL]


def test_fixed_visits_stay():
    begun = placed(1, 9, on=EMIL, is_fixed=True)

    assert seats_of([seat(EMIL), seat(HILDE)], [begun, placed(2, 9, SET)]) == [EMIL, HILDE]
    assert seats_of([seat(EMIL)], [begun, placed(2, 9, SET)]) == [EMIL, None]


def random_day(rng):
    seats = []
    for number in range(rng.randint(1, 3)):
        starts = rng.randint(7, 9) * HOUR
        pauses = ((11 * HOUR, 11 * HOUR + 1800),) if rng.random() < 0.3 else ()
        skills = frozenset([SKILL] if rng.random() < 0.5 else [])
        ends = rng.randint(11, 14) * HOUR
        seats.append(Seat(uuid.UUID(int=number + 1), starts, ends, pauses, skills))
    visits = []
    for number in range(rng.randint(3, 6)):
        start = rng.randrange(7 * HOUR, 12 * HOUR, 1800)
        ends = start + rng.choice([1, 2, 3]) * 1800
        visit = Visit(
            uuid.UUID(int=100 + number),
            start,
            ends,
            ends + 900,
            frozenset([SKILL] if rng.random() < 0.3 else []),
        )
        its = [one.id for one in seats if fits(visit, one) and is_free(one, visit, visits)]
        if its and rng.random() < 0.6:
            visit = Visit(
                visit.id, start, ends, ends + 900, visit.needs, rng.choice(its), rng.random() < 0.1
            )
        visits.append(
            Placed(visit, rng.choice([SET, WINDOW, FREE, FREE]), rng.choice([0, 0, 1, 2]))
        )
    return seats, visits


def is_free(its, visit, others):
    return not any(
        one.visit.seat == its.id
        and one.visit.starts < occupied_until(visit, its)
        and visit.starts < occupied_until(one.visit, its)
        for one in others
    )


def best_by_brute_force(seats, visits):
    """The least cost of all ways to place the visits."""
    by_id = {one.id: one for one in seats}
    choices = [
        [one.visit.seat]
        if one.visit.is_fixed
        else [*by_id, *([None] if one.visit.seat is None or one.kind == FREE else [])]
        for one in visits
    ]
    costs = []
    for chosen in product(*choices):
        taken = [(by_id[id_], one.visit) for id_, one in zip(chosen, visits, strict=True) if id_]
        if all(fits(visit, its) for its, visit in taken) and not any(
            first[0] == second[0]
            and first[1].starts < occupied_until(second[1], first[0])
            and second[1].starts < occupied_until(first[1], first[0])
            for n, first in enumerate(taken)
            for second in taken[n + 1 :]
        ):
            ids = [one.visit.id for one in visits]
            costs.append(cost_of(visits, dict(zip(ids, chosen, strict=True))))
    return min(costs)


def test_no_way_is_better_on_small_days():
    """Above all: no set visit is left out that could be covered."""
    rng = random.Random(20261130)
    left_out = 0
    for _ in range(size(150, in_full=2000)):
        seats, visits = random_day(rng)
        where = cover(seats, visits)
        assert cost_of(visits, where) == best_by_brute_force(seats, visits)
        left_out += None in where.values()
    assert left_out


def test_a_large_day_is_bounded_and_leaves_no_set_visit_that_a_chain_covers():
    rng = random.Random(7)
    seats = [seat(uuid.UUID(int=n + 1), 7, 15, *([SKILL] if n % 2 else [])) for n in range(14)]
    visits = []
    for its in seats:
        for hour in range(7, 15):
            kind, needs = (
                rng.choice([SET, WINDOW, FREE, FREE]),
                [SKILL] if rng.random() < 0.2 else [],
            )
            needs = needs if SKILL in its.qualifications else []
            on = its.id if hour % 4 else None
            visits.append(placed(len(visits), hour, kind, on, needs=needs))

    where = cover(seats, visits)

    assert not [one for one in visits if one.kind == SET and where[one.visit.id] is None]
