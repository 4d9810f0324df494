"""Counts of carers at work and of visits under way, over a day."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable
from typing import Protocol

from booking.seating.values import Demand, Refused, Seat, Why


class Interval(Protocol):
    """When a visit is under way, and until when the travel after it takes."""

    @property
    def starts(self) -> int: ...
    @property
    def ends(self) -> int: ...
    @property
    def occupied_until(self) -> int: ...


class Count:
    """How many visits are under way at each moment, and how many could be. Each seat and
    visit comes with the number of those that are alike.

    At any moment each visit occupies another seat. A visit under way needs a seat that is at
    work; travel may be on a seat whose shift has just ended or paused.
    """

    def __init__(
        self,
        seats: Iterable[tuple[Seat, int]],
        visits: Iterable[tuple[Interval, int]],
        travel: int,
    ) -> None:
        on, under_way, travelling, lately = (Counter[int]() for _ in range(4))
        visits = list(visits)
        travel = max([travel, *(visit.occupied_until - visit.ends for visit, _ in visits)])
        for visit, number in visits:
            _add(under_way, visit.starts, visit.ends, number)
            _add(travelling, visit.ends, visit.occupied_until, number)
        for seat, number in seats:
            _add(on, seat.starts, seat.ends, number)
            _add(lately, seat.ends, seat.ends + travel, number)
            for rest, back in seat.pauses:
                _add(on, rest, back, -number)
                _add(lately, rest, min(back, rest + travel), number)
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
        """Seats at work at that moment."""
        index = bisect_right(self._times, at) - 1
        return self._sums[index][0] if index >= 0 else 0

    def refusal(self, demand: Demand, start: int) -> Refused | None:
        """The first moment at which the demand would exceed the seats, if there is one."""
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


def _add(changes: Counter[int], starts: int, ends: int, number: int) -> None:
    changes[starts] += number
    changes[ends] -= number
