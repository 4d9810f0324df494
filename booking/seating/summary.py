"""Which starts are free and which can't be, decided from a summary of a day.

A day of eighty carers has a thousand visits, but few kinds of shifts and few different
times. Seats that are alike are one ``SeatKind`` and visits at the same time are one
``VisitPeriod``; both name their seats as the bits of a number. A start is free when some seat
that could take the visit is not busy then. It can't be when more visits would be under way
than carers are at work. All other starts need a ``DaySeating``, which moves visits.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from booking.seating.counts import Count
from booking.seating.grid import bits, covered_starts, starts_between
from booking.seating.values import Demand, Seat


@dataclass(frozen=True, slots=True)
class SeatKind:
    """Seats that are alike: ``like`` is one of them, ``seats`` has a bit for each."""

    like: Seat
    seats: int


@dataclass(frozen=True, slots=True)
class VisitPeriod:
    """The seats, as bits, that have a visit at exactly this time."""

    starts: int
    ends: int
    occupied_until: int
    seats: int


def starts_of_summary(
    kinds: Sequence[SeatKind],
    periods: Collection[VisitPeriod],
    demand: Demand,
    step: int,
    *,
    is_settled: bool,
) -> list[tuple[int, bool | None]]:
    """The same as ``DaySeating.starts``, but None where only a ``DaySeating`` can decide.

    On a settled day no visit moves, so all starts are decided here, except for seats with
    pauses: they delay the travel after a visit, which only a ``DaySeating`` computes.
    """
    able = [kind for kind in kinds if demand.needs <= kind.like.qualifications]
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
        pausing |= kind.seats if kind.like.pauses else 0
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


def _count(kinds: Collection[SeatKind], periods: Collection[VisitPeriod], demand: Demand) -> Count:
    return Count(
        ((kind.like, kind.seats.bit_count()) for kind in kinds),
        ((period, period.seats.bit_count()) for period in periods),
        demand.travel,
    )
