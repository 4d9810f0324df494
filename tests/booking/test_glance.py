"""What is told of a day at a glance is what its board says."""

import random
import uuid

import pytest

from booking.seating.board import DaySeating
from booking.seating.glance import Kind, Period, starts_at_a_glance
from booking.seating.values import Demand, Seat, Visit

STEP = 1800
SKILL = uuid.uuid4()


def day_of(rng):
    """Seats with visits that fit them, crowded or not, some of them knowing more."""
    seats, visits = [], []
    crowd = rng.choice([0.5, 0.95])
    for _ in range(rng.randint(0, 8)):
        starts = STEP * rng.randint(12, 15)
        ends = starts + STEP * rng.randint(4, 12)
        pause = (starts + 2 * STEP, starts + 3 * STEP) if rng.random() < 0.1 else None
        skills = frozenset([SKILL]) if rng.random() < 0.6 else frozenset()
        seat = Seat(uuid.uuid4(), starts, ends, pause, skills, rng.random() < 0.1)
        at = starts + 900 * rng.randint(0, 3)
        while at + STEP <= ends and rng.random() < crowd:
            its_end, until = at + STEP, at + STEP + 300 * rng.randint(0, 4)
            if not pause or its_end <= pause[0] or pause[1] <= at:
                visits.append(Visit(uuid.uuid4(), at, its_end, until, seat=seat.id))
            at = until + 300 * rng.choice([0, 0, 2, 6, 20])
        seats.append(seat)
    return seats, visits


def glance(seats, visits, demand, *, is_settled):
    """The day as it is read: a number for each seat, kinds of seats, periods of visits."""
    here = [seat for seat in seats if not seat.is_withdrawn]
    number = {seat.id: 1 << n for n, seat in enumerate(here)}
    kinds, periods = {}, {}
    for seat in here:
        alike = (seat.starts, seat.ends, seat.pause, seat.skills)
        kinds[alike] = kinds.get(alike, 0) | number[seat.id]
    for visit in visits:
        if visit.seat in number:
            times = (visit.starts, visit.ends, visit.occupied_until)
            periods[times] = periods.get(times, 0) | number[visit.seat]
    return starts_at_a_glance(
        [Kind(Seat(uuid.uuid4(), *alike), seats) for alike, seats in kinds.items()],
        [Period(*times, seats) for times, seats in periods.items()],
        demand,
        STEP,
        is_settled=is_settled,
    )


def some_demand(rng):
    return Demand(
        seconds=rng.choice([900, 1800, 3600]),
        travel=rng.choice([0, 900]),
        needs=rng.choice([frozenset(), frozenset([SKILL])]),
        carers=rng.choice([1, 1, 2]),
    )


@pytest.mark.parametrize("seed", range(3))
def test_what_it_tells_is_what_a_board_tells(seed):
    rng = random.Random(seed)
    told = {True: 0, False: 0, None: 0}
    for _ in range(600):
        seats, visits = day_of(rng)
        demand = some_demand(rng)
        for is_settled in (False, True):
            told_at_a_glance = glance(seats, visits, demand, is_settled=is_settled)
            known = DaySeating(seats, visits, is_settled=is_settled).starts(demand, STEP)
            assert [start for start, _ in told_at_a_glance] == [start for start, _ in known]
            for (start, told_free), (_, is_free) in zip(told_at_a_glance, known, strict=True):
                told[told_free] += 1
                assert told_free in (None, is_free), start
    assert min(told.values()) > 50


def test_a_settled_day_without_breaks_never_needs_a_board():
    rng = random.Random(4)
    for _ in range(300):
        seats, visits = day_of(rng)
        if not any(seat.pause for seat in seats):
            told = glance(seats, visits, some_demand(rng), is_settled=True)
            assert all(is_free is not None for _, is_free in told)


def test_alike_seats_that_are_all_taken_are_told_busy_without_a_board():
    seats = [Seat(uuid.uuid4(), 0, 16 * STEP) for _ in range(80)]
    visits = [
        Visit(uuid.uuid4(), at, at + STEP, at + STEP + 900, seat=seat.id)
        for seat in seats
        for at in range(0, 15 * STEP, STEP + 900)
    ]
    told = glance(seats, visits, Demand(STEP, 900), is_settled=False)
    assert len(told) == 16
    assert {is_free for _, is_free in told[:-1]} == {False}


def test_whoever_works_on_past_a_shift_that_was_cut_takes_nobody_elses_place():
    """Seats of today are made shorter while a visit is under way."""
    cut = Seat(uuid.uuid4(), 0, 2 * STEP)
    pausing = Seat(uuid.uuid4(), 0, 8 * STEP, pause=(5 * STEP, 6 * STEP))
    under_way = Visit(uuid.uuid4(), STEP, 4 * STEP, 4 * STEP, seat=cut.id)
    told = dict(glance([cut, pausing], [under_way], Demand(STEP), is_settled=True))
    known = dict(
        DaySeating([cut, pausing], [under_way], is_settled=True).starts(Demand(STEP), STEP)
    )
    assert known[3 * STEP]
    assert told[3 * STEP] is not False
