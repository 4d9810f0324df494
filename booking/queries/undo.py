"""Undoing a cancellation: an ordinary new booking of the same time with a fixed key."""

import datetime as dt
import uuid
from collections.abc import Iterable

from booking.models import Booking, BookingEvent


def undo_key(booking: Booking, last: BookingEvent | None, now: dt.datetime) -> uuid.UUID | None:
    """The idempotency key of the booking that undoes the cancellation; always the same, so
    that pressing twice books once. None when there is nothing to undo: the visit is not
    cancelled, would have begun already, or was cancelled by the municipality.
    """
    if booking.status != Booking.Status.CANCELLED or booking.starts_at <= now:
        return None
    if last is None or (last.by_id != booking.recipient.user_id and last.reason):
        return None
    return _undone(booking)


def booked_again(booking: Booking) -> Booking | None:
    """The booking that replaces a cancelled one: made by undoing, even if cancelled again
    since, or booked at the same time for the same service. None when it is not cancelled, or
    nothing replaces it."""
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


def is_undo(booking: Booking, cancelled: Iterable[Booking]) -> bool:
    """Whether the booking was made by undoing one of the cancellations."""
    return any(_undone(one) == booking.pk for one in cancelled)


def _undone(booking: Booking) -> uuid.UUID:
    return uuid.uuid5(booking.pk, "undo")
