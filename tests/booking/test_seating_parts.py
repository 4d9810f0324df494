"""What seating is made of: starts as bits, one shift with its visits, the count of a day."""

import random
import uuid

import pytest

from booking.seating.counts import Count
from booking.seating.grid import add, bits, covered_starts, starts_between
from booking.seating.shift_rows import ShiftRow, fits, occupied_until
from booking.seating.values import Demand, Refused, Seat, Visit, Why

STEP = 10
SKILL = uuid.UUID(int=1)


def seat(starts, ends, pause=None, skills=()):
    pauses = () if pause is None else (pause,)
    return Seat(uuid.uuid4(), starts, ends, pauses, frozenset(skills))


def visit(starts, ends, until=None, needs=()):
    return Visit(uuid.uuid4(), starts, ends, until or ends, frozenset(needs))


def row_of(its_seat, *visits):
    row = ShiftRow(its_seat)
    for one in visits:
        row.append(one)
    return row


# -- Starts as bits ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("earliest", "latest", "first", "numbers"),
    [
        (20, 40, 0, [2, 3, 4]),  # both ends are on the grid
        (21, 39, 0, [3]),
        (20, 40, 2, [0, 1, 2]),  # counted from the first
        (0, 40, 3, [0, 1]),  # nothing lies before the first
        (20, 20, 2, [0]),
        (21, 29, 0, []),
        (40, 20, 0, []),
        (0, 20, 5, []),
    ],
)
def test_starts_between_two_moments(earliest, latest, first, numbers):
    assert list(bits(starts_between(earliest, latest, STEP, first))) == numbers


def test_a_seat_covers_the_starts_from_which_a_visit_ends_in_time():
    def covered(pause=None, seconds=20):
        return list(bits(covered_starts(seat(20, 100, pause), Demand(seconds), STEP, 2)))

    assert covered() == [0, 1, 2, 3, 4, 5, 6]
    # Until the break, and from its end on.
    assert covered((50, 70)) == [0, 1, 5, 6]
    assert covered((50, 70), seconds=30) == [0, 5]
    assert covered((51, 69)) == [0, 1, 5, 6]
    assert covered(seconds=90) == []


def test_the_nth_mask_has_what_at_least_n_of_those_added_have():
    masks = [0, 0, 0]
    for mask in (0b0011, 0b0110, 0b1010):
        add(masks, mask)
    assert masks == [0b1111, 0b0010, 0b0010]
    add(masks, 0b0101)
    assert masks == [0b1111, 0b0111, 0b0010]


# -- One shift with its visits ----------------------------------------------------------


@pytest.mark.parametrize(
    ("starts", "ends", "pause", "needs", "expected"),
    [
        (20, 100, None, (), True),
        (19, 100, None, (), False),
        (20, 101, None, (), False),
        (20, 50, (50, 60), (), True),
        (60, 100, (50, 60), (), True),
        (20, 51, (50, 60), (), False),
        (59, 100, (50, 60), (), False),
        (20, 100, (50, 60), (), False),
        (20, 100, None, (SKILL,), True),
        (20, 100, None, (uuid.UUID(int=2),), False),
    ],
)
def test_a_visit_fits_within_the_shift_beside_its_break(starts, ends, pause, needs, expected):
    assert fits(visit(starts, ends, needs=needs), seat(20, 100, pause, [SKILL])) is expected


@pytest.mark.parametrize(
    ("ends", "until", "pause", "expected"),
    [
        (40, 55, None, 55),
        (40, 50, (50, 60), 50),  # there before the break
        (40, 51, (50, 60), 61),  # what is left of the way comes after it
        (50, 55, (50, 60), 65),
        (70, 75, (50, 60), 75),  # after the break it is gone
    ],
)
def test_nobody_travels_during_the_break(ends, until, pause, expected):
    assert occupied_until(visit(30, ends, until), seat(0, 100, pause)) == expected


def test_visits_that_are_added_stand_in_order_and_are_removed_one_by_one():
    row = ShiftRow(seat(0, 100, pause=(50, 60)))
    early, middle, late = visit(10, 20), visit(40, 50, 55), visit(70, 80, 85)
    for one in (late, early, middle):
        row.add(one)

    assert row.visits == [early, middle, late]
    assert (row.starts, row.untils) == ([10, 40, 70], [20, 65, 85])
    row.remove(middle)
    assert (row.visits, row.starts, row.untils) == ([early, late], [10, 70], [20, 85])
    assert list(row.edges) == [0, 1, 2]


def test_blockers_are_the_visits_that_meet_a_period():
    one, other, third = visit(10, 20, 25), visit(30, 40), visit(60, 70)
    row = row_of(seat(0, 100), one, other, third)

    assert row.blockers(24, 30) == [one]
    assert row.blockers(25, 30) == []
    assert row.blockers(25, 31) == [other]
    assert row.blockers(24, 61) == [one, other, third]
    assert row.blockers(0, 10) == []


def test_a_gap_reaches_from_the_visit_before_to_the_next():
    row = row_of(seat(5, 100), visit(10, 20, 25), visit(30, 40, 45), visit(60, 70))

    assert row.between(0, 0) == (5, 10)
    assert row.between(1, 1) == (25, 30)
    assert row.between(1, 2) == (25, 60)
    assert row.between(0, 3) == (5, 100)
    assert row.between(3, 3) == (70, 100)
    assert (row.gap_length(5), row.gap_length(26), row.gap_length(50), row.gap_length(80)) == (
        5,
        5,
        15,
        30,
    )


@pytest.mark.parametrize("pause", [None, (48, 67)])
def test_a_start_is_taken_where_a_visit_would_meet_another(pause):
    rng = random.Random(7)
    its_seat = seat(0, 200, pause)
    for _ in range(200):
        visits, at = [], rng.randint(0, 30)
        while at < 180:
            one = visit(at, at + rng.randint(5, 30))
            one = visit(one.starts, one.ends, one.ends + rng.choice([0, 7]))
            if fits(one, its_seat):
                visits.append(one)
            at = occupied_until(one, its_seat) + rng.randint(0, 40)
        row = row_of(its_seat, *visits)
        demand = Demand(rng.randint(5, 30), rng.choice([0, 7, 12]))

        covered = covered_starts(its_seat, demand, STEP, 0)
        free = {number * STEP for number in bits(covered & ~row.taken(demand, STEP, 0))}

        assert free == {
            start
            for start in range(0, 200, STEP)
            if fits(demand.visit(start), its_seat)
            and not row.blockers(start, occupied_until(demand.visit(start), its_seat))
        }


# -- The count of a day -----------------------------------------------------------------


def count(seats, visits, travel=0):
    return Count([(one, 1) for one in seats], [(one, 1) for one in visits], travel)


def test_staff_are_those_on_at_the_moment_without_those_on_a_break():
    found = count([seat(0, 100, (40, 60)), seat(50, 100)], [])

    assert [found.staff(at) for at in (-1, 0, 39, 40, 49, 50, 59, 60, 99, 100)] == [
        0, 1, 1, 0, 0, 1, 1, 2, 2, 0,
    ]  # fmt: skip


def test_seats_and_visits_that_are_alike_are_counted_by_their_number():
    found = Count([(seat(0, 100), 3)], [(visit(10, 20), 2)], 0)

    assert found.staff(50) == 3
    assert found.refusal(Demand(10), 10) is None
    assert found.refusal(Demand(10, carers=2), 10) == Refused(Why.ALL_TAKEN, 10, 3, 4, 2)


@pytest.mark.parametrize(
    ("start", "at"),
    [
        (0, None),  # it ends when the other begins
        (5, 10),
        (10, 10),
        (15, 15),
        (19, 19),
        (20, None),
    ],
)
def test_two_at_once_are_too_many_for_one(start, at):
    refused = count([seat(0, 100)], [visit(10, 20)]).refusal(Demand(10), start)

    assert refused == (None if at is None else Refused(Why.ALL_TAKEN, at, 1, 2, 1))


def test_who_travels_needs_a_seat_until_they_have_arrived():
    found = count([seat(0, 100)], [visit(10, 20, 30)], travel=5)

    assert found.refusal(Demand(10, 5), 29) == Refused(Why.ALL_TAKEN, 29, 1, 2, 1)
    assert found.refusal(Demand(10, 5), 30) is None
    assert found.refusal(Demand(5, 6), 0) == Refused(Why.ALL_TAKEN, 10, 1, 2, 1)
    assert found.refusal(Demand(5, 5), 0) is None


def test_the_way_after_a_shift_or_into_a_break_takes_nobody_elses_seat():
    after = count([seat(0, 50), seat(50, 100)], [visit(40, 50, 60)], travel=10)
    assert after.refusal(Demand(10, 10), 50) is None
    into_break = count([seat(0, 100, (50, 70)), seat(50, 100)], [visit(40, 50, 60)], travel=10)
    assert into_break.refusal(Demand(10, 10), 50) is None
    assert count([seat(0, 100)], [visit(40, 50, 60)], travel=10).refusal(Demand(10, 10), 50)


def test_the_longest_way_of_any_visit_counts_after_a_shift():
    """The demand's own way is shorter than the one that is walked after the shift."""
    found = count([seat(0, 50), seat(50, 100)], [visit(40, 50, 65)], travel=5)

    assert found.refusal(Demand(10, 5), 55) is None


def test_a_break_that_is_shorter_than_the_way_excuses_nobody_after_it():
    seats = [seat(0, 100, (50, 55)), seat(50, 100)]
    found = count(seats, [visit(40, 50, 60), visit(55, 70)], travel=10)

    assert found.refusal(Demand(10), 55) == Refused(Why.ALL_TAKEN, 55, 2, 3, 1)


def test_with_nobody_on_and_no_visit_there_is_nothing_to_count():
    assert count([], []).refusal(Demand(10), 0) is None
    assert count([], []).staff(0) == 0


def test_after_all_have_gone_home_nobody_is_left():
    assert count([seat(0, 50)], []).refusal(Demand(10), 45) == Refused(Why.ALL_TAKEN, 50, 0, 1, 1)
    assert count([seat(0, 50)], [], travel=20).refusal(Demand(10, 20), 40) is None


def test_what_a_refusal_leaves_free_is_those_on_without_those_who_are_taken():
    assert Refused(Why.ALL_TAKEN, 0, staff=3, visits=4, carers=2).free == 1
    assert Refused(Why.ALL_TAKEN, 0, staff=3, visits=6, carers=2).free == 0
    assert Refused(Why.NOBODY_ON, 0, staff=1, visits=1).free == 1
