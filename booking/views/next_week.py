"""Booking the same service at the same time next week, from a visit's page."""

import datetime as dt
from dataclasses import dataclass

from django.utils import timezone

from booking import errors
from booking.choosing import Choosing
from booking.models import Booking
from database.transactions import Busy
from departments.hours import a_week_later


@dataclass(frozen=True)
class Again:
    """The same service at the same time, one week later."""

    starts_at: dt.datetime
    is_free: bool
    url: str


def again_next_week(booking: Booking, now: dt.datetime) -> Again | None:
    """None when it can't be booked: not open yet, grant used up, or another visit then.
    A busy time is offered: its page shows the nearest free times."""
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
    return Again(starts_at, is_free, choosing.urls.check(starts_at))
