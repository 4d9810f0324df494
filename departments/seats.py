"""The port upwards: what this storey asks of the one that seats visits on its shifts.

Departments never imports booking. Booking registers its ``Seats`` when it starts; until
somebody does, shifts have no visits.
"""

import datetime as dt
import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from accounts.models import User
from departments.hours import Interval
from departments.models import Day, Department


@dataclass(frozen=True)
class AffectedVisit:
    """A visit that a change of shifts concerns, with what a page shows of it. Whoever
    shows it logs the look at ``recipient_id``."""

    visit_id: uuid.UUID
    booking_id: uuid.UUID
    recipient_id: uuid.UUID
    recipient: str
    service: str
    starts_at: dt.datetime
    ends_at: dt.datetime
    phone: str = ""


@dataclass(frozen=True)
class Reseated:
    """What became of the visits of one or more days when their shifts changed."""

    kept: int = 0
    moved: list[AffectedVisit] = field(default_factory=list)
    unstaffed: list[AffectedVisit] = field(default_factory=list)

    def __add__(self, other: "Reseated") -> "Reseated":
        return Reseated(
            kept=self.kept + other.kept,
            moved=self.moved + other.moved,
            unstaffed=self.unstaffed + other.unstaffed,
        )


class Seats(Protocol):
    def visits_by_shift(self, day: Day) -> Mapping[uuid.UUID, Sequence[Interval]]:
        """The times of the visits on each shift of the day."""

    def reseat(
        self, day: Day, *, by: User | None, leaving: Collection[uuid.UUID] = ()
    ) -> Reseated:
        """Seat the day's visits anew where their shift no longer takes them, and those
        that have none. The caller holds the Day's lock and raises its revision.

        ``leaving`` are shifts that are about to go: afterwards nobody sits there.
        ``unstaffed`` are the visits that lost their seat now, not those without before.
        """

    def peak_use(
        self, department: Department, dates: Collection[dt.date]
    ) -> Mapping[uuid.UUID, int]:
        """How many staff are under way at the busiest moment, per row of opening hours."""

    def booked_ahead(
        self, departments: Collection[Department], now: dt.datetime
    ) -> Mapping[uuid.UUID, int]:
        """How many visits to come are booked, per department: figures, and nobody's day."""


class NobodySeated:
    """What holds while no storey above has registered: there are no visits."""

    def visits_by_shift(self, day: Day) -> Mapping[uuid.UUID, Sequence[Interval]]:
        return {}

    def reseat(
        self, day: Day, *, by: User | None, leaving: Collection[uuid.UUID] = ()
    ) -> Reseated:
        return Reseated()

    def peak_use(
        self, department: Department, dates: Collection[dt.date]
    ) -> Mapping[uuid.UUID, int]:
        return {}

    def booked_ahead(
        self, departments: Collection[Department], now: dt.datetime
    ) -> Mapping[uuid.UUID, int]:
        return {}


_seats: Seats = NobodySeated()


def register(seats: Seats) -> None:
    global _seats
    _seats = seats


def registered() -> Seats:
    return _seats
