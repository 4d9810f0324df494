"""One shift with the visits on it, in order of time."""

from bisect import bisect_left

from booking.seating.grid import starts_between
from booking.seating.values import Demand, Seat, Visit


class ShiftRow:
    """One seat and its visits in order, as parallel lists for bisecting."""

    __slots__ = ("seat", "starts", "untils", "visits")

    def __init__(self, seat: Seat) -> None:
        self.seat = seat
        self.starts: list[int] = []
        self.untils: list[int] = []
        self.visits: list[Visit] = []

    def append(self, visit: Visit) -> None:
        self.starts.append(visit.starts)
        self.untils.append(occupied_until(visit, self.seat))
        self.visits.append(visit)

    def add(self, visit: Visit) -> None:
        index = bisect_left(self.starts, visit.starts)
        self.starts.insert(index, visit.starts)
        self.untils.insert(index, occupied_until(visit, self.seat))
        self.visits.insert(index, visit)

    def remove(self, visit: Visit) -> None:
        index = self.visits.index(visit, bisect_left(self.starts, visit.starts))
        del self.starts[index], self.untils[index], self.visits[index]

    def blockers(self, starts: int, until: int) -> list[Visit]:
        """The visits that occupy the seat at some time of this period."""
        last = index = bisect_left(self.starts, until)
        while index and self.untils[index - 1] > starts:
            index -= 1
        return self.visits[index:last]

    @property
    def edges(self) -> range:
        """Where a visit could be inserted: before the first, between two, after the last."""
        return range(len(self.visits) + 1)

    def between(self, first: int, after: int) -> tuple[int, int]:
        """The gap if the visits from ``first`` up to ``after`` were gone, as (opens, closes)."""
        opens = self.untils[first - 1] if first else self.seat.starts
        return opens, self.starts[after] if after < len(self.starts) else self.seat.ends

    def gap_length(self, at: int) -> int:
        """Of the gap in which a visit would start then."""
        index = bisect_left(self.starts, at)
        opens, closes = self.between(index, index)
        return closes - opens

    def taken(self, demand: Demand, step: int, first: int) -> int:
        """The starts on the grid, as bits, that the visits on this seat block."""
        taken = 0
        length = demand.seconds + demand.travel
        for starts, until in zip(self.starts, self.untils, strict=True):
            taken |= starts_between(starts - length + 1, until - 1, step, first)
            if self.seat.pause and starts >= self.seat.pause[1]:
                # The travel of a visit that ends just before the break continues after it.
                rest, back = self.seat.pause
                early = max(rest, starts - (back - rest)) - length + 1
                taken |= starts_between(early, rest - demand.seconds, step, first)
        return taken


def fits(visit: Visit, seat: Seat) -> bool:
    """Whether the seat would take the visit if it had no others."""
    return (
        seat.starts <= visit.starts
        and visit.ends <= seat.ends
        and (not seat.pause or visit.ends <= seat.pause[0] or seat.pause[1] <= visit.starts)
        and visit.needs <= seat.qualifications
    )


def occupied_until(visit: Visit, seat: Seat) -> int:
    """When the seat's next visit may start."""
    if seat.pause and visit.ends <= seat.pause[0] < visit.occupied_until:
        return visit.occupied_until + seat.pause[1] - seat.pause[0]
    return visit.occupied_until
