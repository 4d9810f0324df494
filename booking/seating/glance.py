"""Which starts are free, and which can't be, as a day's visits sit: told at a glance.

A day of eighty carers has a thousand visits, but few kinds of shifts and few different
times. So seats that are alike are one *kind* and visits at the same time are one *period*,
and both name their seats as the bits of a number. A start is free when some seat that could
take the visit is not busy then; it can't be when more would be under way than are at work.
What lies between the two only a ``seating.Board`` can tell, by moving visits.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from booking.seating.counts import Count
from booking.seating.grid import bits, covered_starts, starts_between
from booking.seating.values import Demand, Seat


@dataclass(frozen=True, slots=True)
class Kind:
    """Seats that are alike, and what each of them is like."""

    like: Seat
    seats: int


@dataclass(frozen=True, slots=True)
class Period:
    """Seats that have a visit at just this time."""

    starts: int
    ends: int
    occupied_until: int
    seats: int


def starts_at_a_glance(
    kinds: Sequence[Kind],
    periods: Collection[Period],
    demand: Demand,
    step: int,
    *,
    is_settled: bool,
) -> list[tuple[int, bool | None]]:
    """What ``Board.starts`` answers for these seats; None where it needs the board.

    On a settled day nothing moves, so there it needs none, unless somebody has a break:
    what that does to the way after a visit is a board's to tell.
    """
    able = [kind for kind in kinds if demand.needs <= kind.like.skills]
    if not able:
        return []
    first = min(kind.like.starts for kind in able) // step
    covering, busy = defaultdict[int, int](int), defaultdict[int, int](int)
    for kind in able:
        for number in bits(covered_starts(kind.like, demand, step, first)):
            covering[number] |= kind.seats
    length = demand.seconds + demand.travel
    for period in periods:
        earliest, latest = period.starts - length + 1, period.occupied_until - 1
        for number in bits(starts_between(earliest, latest, step, first)):
            busy[number] |= period.seats
    pausing = 0
    for kind in able:
        pausing |= kind.seats if kind.like.pause else 0
    count: Count | None = None
    found: list[tuple[int, bool | None]] = []
    for number, seats in sorted(covering.items()):
        if seats.bit_count() < demand.carers:
            continue
        start = (first + number) * step
        is_free: bool | None = None
        if (seats & ~busy[number] & ~pausing).bit_count() >= demand.carers:
            is_free = True
        elif is_settled:
            is_free = None if seats & pausing else False
        else:
            count = count or _count(kinds, periods, demand)
            if count.refusal(demand, start):
                is_free = False
        found.append((start, is_free))
    return found


def _count(kinds: Collection[Kind], periods: Collection[Period], demand: Demand) -> Count:
    return Count(
        ((kind.like, kind.seats.bit_count()) for kind in kinds),
        ((period, period.seats.bit_count()) for period in periods),
        demand.travel,
    )
