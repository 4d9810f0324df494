"""How many are at work, and how many visits are under way."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable
from typing import Protocol

from booking.seating.values import Demand, Refused, Seat, Why


class Spell(Protocol):
    """When a visit is under way, and until when its way to the next one takes."""

    @property
    def starts(self) -> int: ...
    @property
    def ends(self) -> int: ...
    @property
    def occupied_until(self) -> int: ...


class Count:
    """How many are under way, and how many could be, over the day; of seats and visits
    that are alike, so many.

    At any moment each visit that occupies a seat has one of its own. Those under way need
    one that is on; those merely travelling may sit on one that has just ended or paused.
    """

    def __init__(
        self, seats: Iterable[tuple[Seat, int]], visits: Iterable[tuple[Spell, int]], travel: int
    ) -> None:
        on, under_way, travelling, lately = (Counter[int]() for _ in range(4))
        visits = list(visits)
        travel = max([travel, *(visit.occupied_until - visit.ends for visit, _ in visits)])
        for visit, number in visits:
            lasts(under_way, visit.starts, visit.ends, number)
            lasts(travelling, visit.ends, visit.occupied_until, number)
        for seat, number in seats:
            lasts(on, seat.starts, seat.ends, number)
            lasts(lately, seat.ends, seat.ends + travel, number)
            if seat.pause:
                rest, back = seat.pause
                lasts(on, rest, back, -number)
                lasts(lately, rest, min(back, rest + travel), number)
        self._times = sorted({*on, *under_way, *travelling, *lately})
        self._sums: list[tuple[int, int, int, int]] = []
        sums = (0, 0, 0, 0)
        for time in self._times:
            sums = (
                sums[0] + on[time],
                sums[1] + under_way[time],
                sums[2] + travelling[time],
                sums[3] + lately[time],
            )
            self._sums.append(sums)

    def staff(self, at: int) -> int:
        index = bisect_right(self._times, at) - 1
        return self._sums[index][0] if index >= 0 else 0

    def refusal(self, demand: Demand, start: int) -> Refused | None:
        ends = start + demand.seconds
        until = ends + demand.travel
        index = max(bisect_right(self._times, start) - 1, 0)
        while index < len(self._times) and self._times[index] < until:
            on, under_way, travelling, lately = self._sums[index]
            at = max(self._times[index], start)
            if at < ends:
                under_way += demand.carers
            else:
                travelling += demand.carers
            visits = under_way + max(0, travelling - lately)
            if visits > on:
                return Refused(Why.ALL_TAKEN, at, on, visits, demand.carers)
            index += 1
        return None


def lasts(changes: Counter[int], starts: int, ends: int, number: int) -> None:
    changes[starts] += number
    changes[ends] -= number
