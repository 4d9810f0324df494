"""The summary of a day decides starts as ``DaySeating`` does, or not at all."""

import random
import uuid

import pytest

from booking.seating.day_seating import DaySeating
from booking.seating.summary import SeatKind, VisitPeriod, starts_of_summary
from booking.seating.values import Demand, Seat, Visit

STEP = 1800
QUALIFICATION = uuid.uuid4()


def day_of(rng):
    """Seats with visits that fit them, crowded or not, some of them qualified."""
    seats, visits = [], []
    crowd = rng.choice([0.5, 0.95])
    for _ in range(rng.randint(0, 8)):
        starts = STEP * rng.randint(12, 15)
        ends = starts + STEP * rng.randint(4, 12)
        pauses = ()
        if rng.random() < 0.1:
            pauses = ((starts + 2 * STEP, starts + 3 * STEP),)
            if rng.random() < 0.5:
                pauses = ((starts, starts + STEP), *pauses)
        qualifications = frozenset([QUALIFICATION]) if rng.random() < 0.6 else frozenset()
        seat = Seat(uuid.uuid4(), starts, ends, pauses, qualifications, rng.random() < 0.1)
        at = starts + 900 * rng.randint(0, 3)
        while at + STEP <= ends and rng.random() < crowd:
            its_end, until = at + STEP, at + STEP + 300 * rng.randint(0, 4)
            if all(its_end <= rest or back <= at for rest, back in pauses):
                visits.append(Visit(uuid.uuid4(), at, its_end, until, seat=seat.id))
            at = until + 300 * rng.choice([0, 0, 2, 6, 20])
        seats.append(seat)
    return seats, visits


def summary(seats, visits, demand, *, is_settled):
    """The day as the query reads it: a number for each seat, kinds of seats, periods of visits."""
    here = [seat for seat in seats if not seat.is_withdrawn]
    number = {seat.id: 1 << n for n, seat in enumerate(here)}
    kinds, periods = {}, {}
    for seat in here:
        alike = (seat.starts, seat.ends, seat.pauses, seat.qualifications)
        kinds[alike] = kinds.get(alike, 0) | number[seat.id]
    for visit in visits:
        if visit.seat in number:
            times = (visit.starts, visit.ends, visit.occupied_until)
            periods[times] = periods.get(times, 0) | number[visit.seat]
    return starts_of_summary(
        [SeatKind(Seat(uuid.uuid4(), *alike), seats) for alike, seats in kinds.items()],
        [VisitPeriod(*times, seats) for times, seats in periods.items()],
        demand,
        STEP,
        is_settled=is_settled,
    )


def some_demand(rng):
    return Demand(
        seconds=rng.choice([900, 1800, 3600]),
        travel=rng.choice([0, 900]),
        needs=rng.choice([frozenset(), frozenset([QUALIFICATION])]),
        carers=rng.choice([1, 1, 2]),
    )


@pytest.mark.parametrize("seed", range(3))
def test_decided_starts_are_as_the_seating_says(seed):
    rng = random.Random(seed)
    decided = {True: 0, False: 0, None: 0}
    for _ in range(600):
        seats, visits = day_of(rng)
        demand = some_demand(rng)
        for is_settled in (False, True):
            summarized = summary(seats, visits, demand, is_settled=is_settled)
            known = DaySeating(seats, visits, is_settled=is_settled).starts(demand, STEP)
            assert [start for start, _ in summarized] == [start for start, _ in known]
            for (start, summary_says), (_, is_free) in zip(summarized, known, strict=True):
                decided[summary_says] += 1
                assert summary_says in (None, is_free), start
    assert min(decided.values()) > 50


def test_a_settled_day_without_breaks_is_decided_completely():
    rng = random.Random(4)
    for _ in range(300):
        seats, visits = day_of(rng)
        if not any(seat.pauses for seat in seats):
            starts = summary(seats, visits, some_demand(rng), is_settled=True)
            assert all(is_free is not None for _, is_free in starts)


def test_alike_seats_that_are_all_taken_are_busy():
    seats = [Seat(uuid.uuid4(), 0, 16 * STEP) for _ in range(80)]
    visits = [
        Visit(uuid.uuid4(), at, at + STEP, at + STEP + 900, seat=seat.id)
        for seat in seats
        for at in range(0, 15 * STEP, STEP + 900)
    ]
    starts = summary(seats, visits, Demand(STEP, 900), is_settled=False)
    assert len(starts) == 16
    assert {is_free for _, is_free in starts[:-1]} == {False}


def test_a_visit_past_the_end_of_a_shortened_shift_takes_no_other_seat():
    """Seats of today are made shorter while a visit is under way."""
    cut = Seat(uuid.uuid4(), 0, 2 * STEP)
    pausing = Seat(uuid.uuid4(), 0, 8 * STEP, pauses=((5 * STEP, 6 * STEP),))
    under_way = Visit(uuid.uuid4(), STEP, 4 * STEP, 4 * STEP, seat=cut.id)
    starts = dict(summary([cut, pausing], [under_way], Demand(STEP), is_settled=True))
    known = dict(
        DaySeating([cut, pausing], [under_way], is_settled=True).starts(Demand(STEP), STEP)
    )
    assert known[3 * STEP]
    assert starts[3 * STEP] is not False
