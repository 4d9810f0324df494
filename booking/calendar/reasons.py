"""Why a slot, a day or a whole period can't be chosen, in kinds that pages have words for.

Staffing is no reason that recipients read: a time without a carer is busy.
"""

from collections.abc import Iterable
from enum import StrEnum

from booking.calendar.offers import DayOffer, DayStatus, SlotStatus


class Kind(StrEnum):
    """The kind of a slot, a run of slots or a day for the recipient; the values are CSS classes
    too."""

    FREE = "free"
    BUSY = "busy"
    MINE = "mine"
    OVER = "over"
    TOO_SOON = "too-soon"
    USED_UP = "used-up"
    TOO_LITTLE_LEFT = "too-little-left"
    GRANT_TOO_SMALL = "grant-too-small"
    NOT_GRANTED = "not-granted"
    SET = "set"
    NOT_YOURS_YET = "not-yours-yet"
    OUTSIDE_WINDOW = "outside-window"
    ENOUGH_THAT_DAY = "enough-that-day"
    TOO_CLOSE = "too-close"
    PAUSED = "paused"
    NO_TIMES = "no-times"
    CLOSED = "closed"
    NOT_YET = "not-yet"


KIND_OF = {
    SlotStatus.FREE: Kind.FREE,
    SlotStatus.BUSY: Kind.BUSY,
    SlotStatus.PAST: Kind.OVER,
    SlotStatus.TOO_SOON: Kind.TOO_SOON,
    SlotStatus.OVER_QUOTA: Kind.USED_UP,
    SlotStatus.TOO_LITTLE_LEFT: Kind.TOO_LITTLE_LEFT,
    SlotStatus.GRANT_TOO_SMALL: Kind.GRANT_TOO_SMALL,
    SlotStatus.NOT_GRANTED: Kind.NOT_GRANTED,
    SlotStatus.SET: Kind.SET,
    SlotStatus.NOT_YOURS_YET: Kind.NOT_YOURS_YET,
    SlotStatus.OUTSIDE_WINDOW: Kind.OUTSIDE_WINDOW,
    SlotStatus.ENOUGH_THAT_DAY: Kind.ENOUGH_THAT_DAY,
    SlotStatus.TOO_CLOSE: Kind.TOO_CLOSE,
    SlotStatus.PAUSED: Kind.PAUSED,
}

# The reason for a day without free times is the first of these that one of its slots has.
REASONS = (
    Kind.SET,
    Kind.NOT_YOURS_YET,
    Kind.PAUSED,
    Kind.GRANT_TOO_SMALL,
    Kind.USED_UP,
    Kind.TOO_LITTLE_LEFT,
    Kind.NOT_GRANTED,
    Kind.ENOUGH_THAT_DAY,
    Kind.TOO_CLOSE,
    Kind.BUSY,
    Kind.MINE,
    Kind.TOO_SOON,
    Kind.OUTSIDE_WINDOW,
    Kind.OVER,
)
# Days with these say nothing of why others can't be chosen.
SILENT = frozenset({Kind.OVER, Kind.CLOSED, Kind.NO_TIMES})


class Obstacle(StrEnum):
    """Why no day at all can be chosen."""

    NOT_OPEN = "not-open"  # the department or the service takes no bookings
    CLOSED = "closed"
    NO_TIMES = "no-times"
    TOO_SOON = "too-soon"  # the shortest notice ends after the last day
    USED_UP = "used-up"
    TOO_LITTLE_LEFT = "too-little-left"
    GRANT_TOO_SMALL = "grant-too-small"
    NOT_GRANTED = "not-granted"
    SET = "set"
    NOT_YOURS_YET = "not-yours-yet"
    OUTSIDE_WINDOW = "outside-window"
    ENOUGH_THAT_DAY = "enough-that-day"
    TOO_CLOSE = "too-close"
    PAUSED = "paused"
    BUSY = "busy"
    MIXED = "mixed"  # other reasons on other days


def is_free(day: DayOffer) -> bool:
    """Whether a time of the day is free."""
    return any(slot.status is SlotStatus.FREE for slot in day.slots)


def reason_of_day(day: DayOffer) -> Kind | None:
    """Why the day has no free time; None when it has one."""
    if is_free(day):
        return None
    found = {KIND_OF.get(slot.status, Kind.MINE) for slot in day.slots}
    empty = Kind.NO_TIMES if day.status is DayStatus.NO_TIMES else Kind.CLOSED
    return next((kind for kind in REASONS if kind in found), empty)


def obstacle_of(days: Iterable[DayOffer]) -> Obstacle | None:
    """Why none of these days can be chosen; None when one can."""
    days = list(days)
    if any(day.status is DayStatus.NOT_OPEN for day in days):
        return Obstacle.NOT_OPEN
    if any(is_free(day) for day in days):
        return None
    found = {reason_of_day(day) for day in days}
    reasons = found - SILENT
    if len(reasons) > 1:
        reasons -= {Kind.TOO_SOON}  # today's last times, beside a reason for all other days
    if not reasons:
        return Obstacle.NO_TIMES if Kind.NO_TIMES in found else Obstacle.CLOSED
    if len(reasons) > 1 or Kind.MINE in reasons:
        return Obstacle.MIXED
    (reason,) = reasons
    return Obstacle(str(reason))
