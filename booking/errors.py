"""Why something can't be booked, in domain words. The pages say it kindly."""

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING

from booking.calendar.offers import Slot
from booking.seating.values import Refused

if TYPE_CHECKING:
    from booking.queries import Balance


class BookingError(Exception):
    """Nothing was changed."""


class SlotTaken(BookingError):
    """Nobody is left who could come then. ``alternatives`` are the nearest free times;
    None when nobody has looked for them."""

    def __init__(self, reason: Refused | None = None) -> None:
        super().__init__()
        self.alternatives: Sequence[Slot] | None = None
        self.reason = reason


class NoSuchSlot(BookingError):
    """Not a time that anybody could ever choose: off the grid, or nobody works then."""


class OverQuota(BookingError):
    """The grant gives no more in that week or month."""

    def __init__(self, balance: "Balance | None" = None) -> None:
        super().__init__()
        self.balance = balance


class NotGranted(BookingError):
    """No grant of the service on that date."""


class TooLate(BookingError):
    """It has begun, or the department's notice or deadline has passed."""


class OutsideHorizon(BookingError):
    """Later than can be booked yet."""

    def __init__(self, last_day: dt.date | None = None) -> None:
        super().__init__()
        self.last_day = last_day


class OverlapsOwn(BookingError):
    """The person has another visit then."""


class NotOpen(BookingError):
    """The department or the service takes no bookings."""


class KeyReused(BookingError):
    """The key was used for another request. Whose, or for what, is not told."""


class TooManyWishes(BookingError):
    """The person has asked about so many days already."""


class GrantOverlaps(BookingError):
    """The person has a grant of this service already at some time of this one."""


class MandateOverlaps(BookingError):
    """This somebody may act for the person at some of that time already."""


class OwnHelper(BookingError):
    """Nobody is their own helper."""


class LogInTaken(BookingError):
    """Somebody else logs in with this e-mail."""


class NotOnlyOurs(BookingError):
    """The person's log-in opens more than this department's pages: it is theirs to change."""


class CannotTake(BookingError):
    """This shift can't take this visit: its hours, what it asks for, or what is on it."""
