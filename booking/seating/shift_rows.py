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
        seconds, travel, seat = demand.seconds, demand.travel, self.seat
        for starts, until in zip(self.starts, self.untils, strict=True):
            ends = latest_end(starts, travel, seat) if seat.pauses else starts - travel
            taken |= starts_between(ends - seconds + 1, until - 1, step, first)
        return taken


def fits(visit: Visit, seat: Seat) -> bool:
    """Whether the seat would take the visit if it had no others."""
    if not (
        seat.starts <= visit.starts
        and visit.ends <= seat.ends
        and visit.needs <= seat.qualifications
    ):
        return False
    for rest, back in seat.pauses:  # noqa: SIM110 -- all() makes a cold calendar 8 % slower
        if visit.starts < back and rest < visit.ends:
            return False
    return True


def occupied_until(visit: Visit, seat: Seat) -> int:
    """When the seat's next visit may start."""
    until = visit.occupied_until
    for rest, back in seat.pauses:
        if visit.ends <= rest < until:  # the rest of the travel comes after the pause
            until += back - rest
    return until


def latest_end(starts: int, travel: int, seat: Seat) -> int:
    """When a visit must have ended at the latest, so that its travel fits before ``starts``."""
    for rest, back in reversed(seat.pauses):
        if back <= starts:
            if starts - travel >= back:
                break
            travel -= starts - back
            starts = rest
    return starts - travel
