"""What can be chosen, in words: a *slot* is one possible start, a day has its slots.

An offer is for one service and one person. What is shared (free, busy) comes from the
seats; what only concerns the person is laid over it and never called busy.
"""

import datetime as dt
from collections.abc import Callable
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
    """A date as one person finds it. A day that nothing of the person's own touches is one
    object for everybody until it changes."""

    date: dt.date
    status: DayStatus
    slots: tuple[Slot, ...] = ()
    _made: dict[object, object] = field(default_factory=dict, repr=False, compare=False)

    def made(self, what: Callable[["DayOffer"], T]) -> T:
        """``what(self)``, once for as long as this object lives: for what can be made of a
        day whoever looks, such as its row in a list or its JSON."""
        if what not in self._made:
            self._made[what] = what(self)
        return self._made[what]  # type: ignore[return-value]
