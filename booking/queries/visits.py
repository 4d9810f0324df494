"""Balances and bookings of a recipient."""

import datetime as dt
import uuid

from django.db.models import Prefetch, Q
from django.utils import timezone

from booking.models import Booking, BookingEvent, Grant, Recipient
from booking.queries.entitlement import Balance, Entitlement, balance_of
from booking.queries.local_time import midnight
from booking.queries.own_booking_rows import charges_of, own_around
from departments.hours import DAY
from departments.models import Service

LAST_ID = uuid.UUID(int=2**128 - 1)

# -- Balances ---------------------------------------------------------------------


def balances(recipient: Recipient, on: dt.date) -> list[Balance]:
    """What is left of each grant that is valid on the date, by the service's name."""
    grants = (
        Grant.objects.valid_on(on)
        .filter(recipient=recipient)
        .select_related("service__department")
        .order_by("service__name", "pk")
    )
    charges = charges_of(own_around(recipient, on, on))
    return [balance_of(grant, charges, on) for grant in grants]


def balance(recipient: Recipient, service: Service, date: dt.date) -> Balance | None:
    """What is left of this service in the period around the date; None without a grant."""
    return Entitlement.of(recipient, service, [date], timezone.now()).balance(date)


# -- Bookings -------------------------------------------------------------------------


def own_bookings(recipient: Recipient, first: dt.date, last: dt.date) -> list[Booking]:
    """Confirmed bookings that are under way on any of these days, earliest first."""
    return list(
        Booking.objects.confirmed()
        .filter(
            recipient=recipient,
            ends_at__gt=midnight(first),
            starts_at__lt=midnight(last + DAY),
        )
        .select_related("service__department")
    )


def coming(recipient: Recipient, now: dt.datetime) -> list[Booking]:
    """Confirmed bookings that are not over, earliest first."""
    return list(
        Booking.objects.upcoming(now)
        .filter(recipient=recipient)
        .select_related("service__department")
    )


def next_booking(recipient: Recipient, now: dt.datetime) -> Booking | None:
    return (
        Booking.objects.upcoming(now)
        .filter(recipient=recipient)
        .select_related("service__department")
        .first()
    )


def history(
    recipient: Recipient,
    *,
    before: dt.datetime,
    beyond: uuid.UUID = LAST_ID,
    limit: int,
) -> list[Booking]:
    """Bookings that are over or cancelled, latest first, with their events.

    A page of it: those that began before the instant ``before``, and of those that began at
    that instant the ones whose id is greater than ``beyond``.
    """
    return list(
        Booking.objects.filter(
            Q(starts_at__lt=before) | Q(starts_at=before, pk__gt=beyond), recipient=recipient
        )
        .exclude(status=Booking.Status.KEPT)
        .exclude(status=Booking.Status.BOOKED, ends_at__gt=timezone.now())
        .select_related("service__department", "recipient")
        .prefetch_related(Prefetch("events", BookingEvent.objects.select_related("by")))
        .order_by("-starts_at", "pk")[:limit]
    )


def change_deadline(booking: Booking) -> dt.datetime:
    """The last instant at which it can be moved."""
    minutes = booking.service.department.change_deadline_minutes
    return booking.starts_at - dt.timedelta(minutes=minutes)


def cancel_deadline(booking: Booking) -> dt.datetime:
    """The last instant at which it can be cancelled."""
    minutes = booking.service.department.cancel_deadline_minutes
    return booking.starts_at - dt.timedelta(minutes=minutes)


def movable_bookings(recipient: Recipient, balance: Balance, now: dt.datetime) -> list[Booking]:
    """The bookings that the balance counts and that can still be moved."""
    return [
        booking
        for booking in own_bookings(recipient, balance.period_start, balance.period_end)
        if booking.service_id == balance.service.pk and now <= change_deadline(booking)
    ]


def recipient_id_of_booking(booking_id: uuid.UUID) -> uuid.UUID | None:
    return Booking.objects.filter(pk=booking_id).values_list("recipient", flat=True).first()
