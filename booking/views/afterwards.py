"""What can be done with a visit once it is booked or cancelled: again, or after all."""

import datetime as dt
import uuid
from dataclasses import dataclass

from django.utils import timezone

from booking import errors
from booking.choosing import Choosing
from booking.models import Booking, BookingEvent
from database.transactions import Busy
from departments.hours import a_week_later


@dataclass(frozen=True)
class Again:
    """The same service at the same time, one week later."""

    starts_at: dt.datetime
    is_free: bool
    url: str


def again_next_week(booking: Booking, now: dt.datetime) -> Again | None:
    """None when it can't be asked for: not bookable yet, all used, or another visit then.
    A busy one is offered: its page has the nearest times that are free."""
    choosing = Choosing(booking.recipient, booking.service, now)
    starts_at = a_week_later(booking.starts_at, timezone.get_default_timezone())
    try:
        choosing.slot(starts_at)
    except errors.SlotTaken:
        is_free = False
    except (errors.BookingError, Busy):
        return None
    else:
        is_free = True
    return Again(starts_at, is_free, choosing.check_url(starts_at))


def undo_key(booking: Booking, last: BookingEvent | None, now: dt.datetime) -> uuid.UUID | None:
    """The key of the booking that would undo the cancellation; the same whenever it is asked
    for, so that pressing twice books once. None when there is nothing to undo: the visit
    stands, should have begun already, or it was the municipality that cancelled.
    """
    if booking.status != Booking.Status.CANCELLED or booking.starts_at <= now:
        return None
    if last is None or (last.by_id != booking.recipient.user_id and last.reason):
        return None
    return _undone(booking)


def booked_again(booking: Booking) -> Booking | None:
    """What the person booked after all when this one was cancelled: by undoing, whatever has
    become of it since, or as they booked the same at the same time. None when it stands, or
    was let go for good."""
    if booking.status != Booking.Status.CANCELLED:
        return None
    again = booking
    while undone := booking.recipient.bookings.filter(pk=_undone(again)).first():
        again = undone
        if again.status == Booking.Status.BOOKED:
            return again
    same = booking.recipient.bookings.confirmed().filter(
        service=booking.service_id, starts_at=booking.starts_at
    )
    return same.first() or (again if again is not booking else None)


def _undone(booking: Booking) -> uuid.UUID:
    return uuid.uuid5(booking.pk, "undo")
