"""What is free, what is left, and what a person has booked. Changes nothing."""

import datetime as dt
from collections.abc import Collection

from booking.entitlement import Balance
from booking.models import Booking, Recipient
from booking.offers import DayOffer
from booking.queries.booked import (
    LAST_ID,
    balance,
    balances,
    cancel_deadline,
    change_deadline,
    coming,
    history,
    next_booking,
    own_bookings,
)
from booking.queries.offer import nearest_free, slot_at, why_taken
from booking.queries.person import Person
from departments.models import Service

__all__ = [
    "LAST_ID",
    "Balance",
    "Person",
    "balance",
    "balances",
    "cancel_deadline",
    "change_deadline",
    "coming",
    "history",
    "nearest_free",
    "next_booking",
    "offer",
    "own_bookings",
    "slot_at",
    "why_taken",
]


def offer(
    *,
    service: Service,
    recipient: Recipient,
    dates: Collection[dt.date],
    now: dt.datetime,
    moving: Booking | None = None,
) -> list[DayOffer]:
    """The dates in order, each with its slots as this person finds them.

    ``moving`` is offered times as if it had none yet, with the length it was booked with.
    However many dates: one statement when nothing has changed since the days were last
    asked for, at most five when they are laid out. A page that asks for more than the
    offer reads the ``Person`` once and asks them.
    """
    return Person.of(recipient, now).offer(service, dates, moving)
