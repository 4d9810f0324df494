"""Why something can't be booked. Pages and the API have the texts."""

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING

from booking.calendar.offers import Slot, SlotStatus
from booking.seating.values import Refused

if TYPE_CHECKING:
    from booking.queries import Balance


class BookingError(Exception):
    """Nothing was changed."""


class SlotTaken(BookingError):
    """No carer is free then. ``alternatives`` are the nearest free times, None when they
    have not been looked up."""

    def __init__(self, reason: Refused | None = None) -> None:
        super().__init__()
        self.alternatives: Sequence[Slot] | None = None
        self.reason = reason


class NoSuchSlot(BookingError):
    """Not a time that anybody can choose: off the grid, or nobody is at work then."""


class Paused(BookingError):
    """The recipient's help is paused on that date."""


class PauseOverlaps(BookingError):
    """The recipient has another pause on one of these days."""


class OverQuota(BookingError):
    """The grant gives no more in that week or month, or less than the visit takes."""

    def __init__(self, balance: "Balance | None" = None) -> None:
        super().__init__()
        self.balance = balance


class NotGranted(BookingError):
    """No grant of the service on that date."""


class TooLate(BookingError):
    """It has begun, or the department's notice or deadline has passed."""


class AlreadyReported(TooLate):
    """What happened at the visit is reported, so it can't be moved or cancelled any more."""


class ReasonMissing(TooLate):
    """Staff may act after a recipient's deadline or at short notice, but only with a reason."""


class OutsideHorizon(BookingError):
    """Later than can be booked yet."""

    def __init__(self, last_day: dt.date | None = None) -> None:
        super().__init__()
        self.last_day = last_day


class OverlapsOwn(BookingError):
    """The recipient has another visit then."""


class NotOpen(BookingError):
    """The department or the service takes no bookings."""


class KeyReused(BookingError):
    """The key was used for another request, perhaps somebody else's."""


class TooManyPlans(BookingError):
    """The recipient has as many own plans as they may already."""


class NotAgreeable(BookingError):
    """The time can't be agreed for the grant. ``why`` is the reason in words."""

    def __init__(self, why: str) -> None:
        super().__init__()
        self.why = why


class TooManyWishes(BookingError):
    """The user waits for as many days as they may already."""


class TimesAreSet(BookingError):
    """The municipality sets the times: only staff book, move and cancel."""


class NotYoursYet(BookingError):
    """Staff choose the times until a later date."""


class OutsideWindow(BookingError):
    """The visit does not lie within the grant's window."""


class EnoughThatDay(BookingError):
    """The grant gives no more visits on that day."""


class TooClose(BookingError):
    """Too few days between it and another visit of the service."""


class GrantOverlaps(BookingError):
    """The recipient has another grant of this service in the same period."""


class BeginsTooEarly(BookingError):
    """A grant that replaces another begins after its first day, on ``first_day`` or later: one
    that gives less begins with a period of the other."""

    def __init__(self, first_day: dt.date, *, gives_less: bool) -> None:
        super().__init__()
        self.first_day = first_day
        self.gives_less = gives_less


class MandateOverlaps(BookingError):
    """The holder has another mandate from this recipient in the same period."""


class OwnHelper(BookingError):
    """Recipients can't be their own helpers."""


class HasDeparted(BookingError):
    """The recipient has moved away or is dead: nobody is invited for them."""


class OwnReport(BookingError):
    """Somebody else must confirm what the user has reported."""


class HasLogIn(BookingError):
    """The recipient can log in, and chooses the e-mail address for messages themselves."""


class OwnAddress(BookingError):
    """Staff can't invite themselves to be somebody they register, or their guardian."""


class NotOnlyOurs(BookingError):
    """The recipient's log-in opens more than this department's pages, so only they may change
    it."""


class CannotTake(BookingError):
    """This shift can't take this visit: its hours, its qualifications, or other visits."""


def error_of(status: SlotStatus, balance: "Balance | None" = None) -> BookingError:
    """Why a slot with this status can't be booked. ``balance`` is of its week or month."""
    match status:
        case SlotStatus.BUSY:
            return SlotTaken()
        case SlotStatus.OWN:
            return OverlapsOwn()
        case SlotStatus.PAST | SlotStatus.TOO_SOON:
            return TooLate()
        case SlotStatus.PAUSED:
            return Paused()
        case SlotStatus.NOT_GRANTED:
            return NotGranted()
        case SlotStatus.OVER_QUOTA | SlotStatus.TOO_LITTLE_LEFT | SlotStatus.GRANT_TOO_SMALL:
            return OverQuota(balance)
        case SlotStatus.SET:
            return TimesAreSet()
        case SlotStatus.NOT_YOURS_YET:
            return NotYoursYet()
        case SlotStatus.OUTSIDE_WINDOW:
            return OutsideWindow()
        case SlotStatus.ENOUGH_THAT_DAY:
            return EnoughThatDay()
        case SlotStatus.TOO_CLOSE:
            return TooClose()
        case SlotStatus.FREE:
            raise ValueError("A free slot can be booked.")
