"""What can be chosen, in words: a *slot* is one possible start, a day has its slots.

An offer is for one service and one person. What is shared (free, busy) comes from the
seats; what only concerns the person is laid over it and never called busy.
"""

import datetime as dt
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeVar

T = TypeVar("T")


class SlotStatus(StrEnum):
    FREE = "free"
    BUSY = "busy"  # no seat left
    OWN = "own"  # meets a visit of the person's own
    PAST = "past"
    TOO_SOON = "too_soon"  # within the department's shortest notice
    NOT_GRANTED = "not_granted"  # no grant on that date
    OVER_QUOTA = "over_quota"  # nothing left in that week or month


class DayStatus(StrEnum):
    OPEN = "open"
    CLOSED = "closed"  # no shift could take a visit that day
    PAST = "past"
    BEYOND = "beyond"  # after the last day that can be booked
    NOT_OPEN = "not_open"  # the department or the service takes no bookings


@dataclass(frozen=True)
class Slot:
    starts_at: dt.datetime
    ends_at: dt.datetime
    status: SlotStatus


@dataclass(frozen=True)
class DayOffer:
    """A date as one person finds it. Until it changes, a day is one object for all whom it
    is the same to: those who have nothing of their own there, or visits at the same times."""

    date: dt.date
    status: DayStatus
    slots: tuple[Slot, ...] = ()
    _made: dict[object, object] = field(default_factory=dict, repr=False, compare=False)

    def made(self, what: Callable[..., T], *by: Hashable) -> T:
        """``what(self, *by)``, once for as long as this object lives: for what can be made
        of a day whoever looks, such as its row in a list or its JSON."""
        name = (what, *by)
        if name not in self._made:
            self._made[name] = what(self, *by)
        return self._made[name]  # type: ignore[return-value]
