"""Offers: the slots of each day, for one service and one recipient.

A *slot* is one possible start. The statuses free and busy come from the seats and are the same
for all recipients; the others are the recipient's own and are laid over those.
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
    OWN = "own"  # meets another visit of the recipient, or is the time of the one that moves
    PAST = "past"
    TOO_SOON = "too_soon"  # within the department's shortest notice
    PAUSED = "paused"  # the recipient is away that day
    NOT_GRANTED = "not_granted"  # no grant on that date
    OVER_QUOTA = "over_quota"  # nothing left in that week or month
    TOO_LITTLE_LEFT = "too_little_left"  # something is left, less than one visit
    GRANT_TOO_SMALL = "grant_too_small"  # the grant gives less than one visit
    SET = "set"  # the municipality sets the times
    NOT_YOURS_YET = "not_yours_yet"  # staff choose until a later date
    OUTSIDE_WINDOW = "outside_window"  # not within the window of the grant
    ENOUGH_THAT_DAY = "enough_that_day"  # the grant gives no more visits on one day
    TOO_CLOSE = "too_close"  # too few days between it and another visit of the service


class DayStatus(StrEnum):
    OPEN = "open"
    CLOSED = "closed"  # nobody is to work that day, or it is set closed
    NO_TIMES = "no_times"  # there are shifts, but none could take this visit
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
    """A date for one recipient. Recipients with the same statuses share one object until the
    day changes."""

    date: dt.date
    status: DayStatus
    slots: tuple[Slot, ...] = ()
    _made: dict[object, object] = field(default_factory=dict, repr=False, compare=False)

    def made(self, what: Callable[..., T], *by: Hashable) -> T:
        """``what(self, *by)``, computed once while this object lives: for what does not depend
        on the recipient, such as the day's row in a list or its JSON."""
        name = (what, *by)
        if name not in self._made:
            self._made[name] = what(self, *by)
        return self._made[name]  # type: ignore[return-value]
