"""The interface through which departments reaches visits. Booking implements it.

Departments never imports booking: booking registers its ``Seats`` at startup. Without a
registration, shifts have no visits.
"""

import datetime as dt
import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple, Protocol

from django.utils.translation import gettext as _

from accounts.models import User
from departments.hours import Interval
from departments.models import Day, Department


@dataclass(frozen=True)
class AffectedVisit:
    """A visit affected by a change of shifts.

    A view that shows it must log the access to ``recipient_id``. Only administrators of
    ``department_id`` may see more of it than that it exists.
    """

    visit_id: uuid.UUID
    booking_id: uuid.UUID
    recipient_id: uuid.UUID
    recipient: str
    service: str
    starts_at: dt.datetime
    ends_at: dt.datetime
    department_id: uuid.UUID
    phone: str = ""


@dataclass(frozen=True)
class Reseated:
    """What happened to the visits of one or more days when their shifts changed."""

    kept: int = 0
    moved: list[AffectedVisit] = field(default_factory=list)
    unstaffed: list[AffectedVisit] = field(default_factory=list)

    def shown_to(self, user: User) -> "Reseated":
        """Without the names of recipients to whom the user is close."""
        return replace(
            self,
            moved=shown_to(user, self.moved),
            unstaffed=shown_to(user, self.unstaffed),
        )

    def __add__(self, other: "Reseated") -> "Reseated":
        return Reseated(
            kept=self.kept + other.kept,
            moved=self.moved + other.moved,
            unstaffed=self.unstaffed + other.unstaffed,
        )


class VisitCounts(NamedTuple):
    """How many visits a department has: on today's date, from now on, and of these without a
    carer's shift."""

    today: int = 0
    ahead: int = 0
    unstaffed: int = 0


class Seats(Protocol):
    def visits_by_shift(self, day: Day) -> Mapping[uuid.UUID, Sequence[Interval]]:
        """The times of the visits on each shift of the day."""

    def reseat(
        self,
        day: Day,
        *,
        by: User | None,
        leaving: Collection[uuid.UUID] = (),
        returning: Collection[uuid.UUID] = (),
    ) -> Reseated:
        """Seat visits whose shift can no longer take them, and unstaffed visits.

        The caller holds the Day's lock and raises its revision. ``leaving`` are shifts
        about to be deleted; they have no visits afterwards. ``returning`` are shifts whose
        carer is back: also on a settled day they take the unstaffed visits that fit.
        ``Reseated.unstaffed`` are only
        the visits that lost their seat now.
        """

    def peak_use(
        self, department: Department, dates: Collection[dt.date]
    ) -> Mapping[uuid.UUID, int]:
        """The most staff in use at once, by id of the opening hours."""

    def visit_counts(
        self, departments: Collection[Department], now: dt.datetime
    ) -> Mapping[uuid.UUID, VisitCounts]:
        """By id of the department; departments without visits may be left out."""

    def grants_below(self, service_id: uuid.UUID, minutes: int, today: dt.date) -> int:
        """The number of grants, valid now or later, that give fewer minutes than this."""

    def closed_to(self, user: User) -> frozenset[uuid.UUID]:
        """The recipients whose names the user does not read at work, being close to them."""


class NoSeats:
    """Used until booking has registered: there are no visits."""

    def visits_by_shift(self, day: Day) -> Mapping[uuid.UUID, Sequence[Interval]]:
        return {}

    def reseat(
        self,
        day: Day,
        *,
        by: User | None,
        leaving: Collection[uuid.UUID] = (),
        returning: Collection[uuid.UUID] = (),
    ) -> Reseated:
        return Reseated()

    def peak_use(
        self, department: Department, dates: Collection[dt.date]
    ) -> Mapping[uuid.UUID, int]:
        return {}

    def visit_counts(
        self, departments: Collection[Department], now: dt.datetime
    ) -> Mapping[uuid.UUID, VisitCounts]:
        return {}

    def grants_below(self, service_id: uuid.UUID, minutes: int, today: dt.date) -> int:
        return 0

    def closed_to(self, user: User) -> frozenset[uuid.UUID]:
        return frozenset()


_seats: Seats = NoSeats()


def register(seats: Seats) -> None:
    global _seats
    _seats = seats


def registered() -> Seats:
    return _seats


def shown_to(user: User, visits: Iterable[AffectedVisit]) -> list[AffectedVisit]:
    """The visits, without the names of recipients to whom the user is close."""
    closed = _seats.closed_to(user)
    return [
        replace(visit, recipient=_("Busy"), phone="") if visit.recipient_id in closed else visit
        for visit in visits
    ]
