"""A day on which all is plainly free needs no board, and a board would say the same."""

import random
import uuid

import pytest

from booking.seating import Board, Demand, Seat, Visit, all_free

STEP = 1800
SKILL = uuid.uuid4()


def day_of(rng):
    seats, visits, taken = [], [], []
    for _ in range(rng.randint(0, 8)):
        starts = STEP * rng.randint(12, 20)
        ends = starts + STEP * rng.randint(4, 16)
        pause = (starts + 2 * STEP, starts + 3 * STEP) if rng.random() < 0.15 else None
        skills = frozenset([SKILL]) if rng.random() < 0.6 else frozenset()
        seat = Seat(uuid.uuid4(), starts, ends, pause, skills, rng.random() < 0.1)
        periods, at = [], starts + 300 * rng.randint(0, 20)
        while at + STEP <= ends and rng.random() < 0.5:
            its_end, until = at + STEP, at + STEP + 300 * rng.randint(0, 6)
            if not pause or its_end <= pause[0] or pause[1] <= at:
                visits.append(Visit(uuid.uuid4(), at, its_end, until, seat=seat.id))
                periods.append((at, until))
            at = until + 300 * rng.randint(6, 40)
        seats.append(seat)
        taken.append((seat, periods))
    return seats, visits, taken


@pytest.mark.parametrize("seed", range(3))
def test_what_it_tells_is_what_a_board_tells(seed):
    rng = random.Random(seed)
    told = 0
    for _ in range(600):
        seats, visits, taken = day_of(rng)
        demand = Demand(
            seconds=rng.choice([900, 1800, 3600]),
            travel=rng.choice([0, 900]),
            needs=rng.choice([frozenset(), frozenset([SKILL])]),
            carers=rng.choice([1, 1, 2]),
        )
        starts = all_free(taken, demand, STEP)
        as_they_sit = Board(seats, visits, is_settled=True).starts(demand, STEP)
        if starts is not None:
            told += bool(starts)
            assert [(start, True) for start in starts] == as_they_sit
            assert Board(seats, visits).starts(demand, STEP) == as_they_sit
        elif not any(seat.pause for seat in seats):
            assert not all(is_free for _, is_free in as_they_sit)
    assert told > 50
