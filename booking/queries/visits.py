"""What is left of a grant, and what a person has booked."""

import datetime as dt
import uuid

from django.db.models import Prefetch, Q
from django.utils import timezone

from booking.models import Booking, BookingEvent, Grant, Recipient
from booking.queries.entitlement import Balance, Entitlement, balance_of, own_around
from departments.hours import DAY, local_instant
from departments.models import Service

LAST_ID = uuid.UUID(int=2**128 - 1)

# -- What is left -----------------------------------------------------------------


def balances(recipient: Recipient, on: dt.date) -> list[Balance]:
    """What is left of each grant that is valid on the date, by the service's name."""
    grants = (
        Grant.objects.valid_on(on)
        .filter(recipient=recipient)
        .select_related("service__department")
        .order_by("service__name", "pk")
    )
    charges = [one.charge for one in own_around(recipient, on, on)]
    return [balance_of(grant, charges, on) for grant in grants]


def balance(recipient: Recipient, service: Service, date: dt.date) -> Balance | None:
    """What is left of this service in the period around the date; None without a grant."""
    return Entitlement.of(recipient, service, [date], timezone.now()).balance(date)


# -- What a person has booked -------------------------------------------------------


def own_bookings(recipient: Recipient, first: dt.date, last: dt.date) -> list[Booking]:
    """Confirmed bookings that are under way on any of these days, earliest first."""
    zone = timezone.get_default_timezone()
    return list(
        Booking.objects.confirmed()
        .filter(
            recipient=recipient,
            ends_at__gt=local_instant(first, dt.time(), zone),
            starts_at__lt=local_instant(last + DAY, dt.time(), zone),
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
    """What began before an instant and is over, or was cancelled; latest first. With its
    events, the last of which tells what became of it. Of those that began at just that
    instant, the ones that come after ``beyond``."""
    return list(
        Booking.objects.filter(
            Q(starts_at__lt=before) | Q(starts_at=before, pk__gt=beyond), recipient=recipient
        )
        .exclude(status=Booking.Status.BOOKED, ends_at__gt=timezone.now())
        .select_related("service__department", "recipient")
        .prefetch_related(Prefetch("events", BookingEvent.objects.select_related("by")))
        .order_by("-starts_at", "pk")[:limit]
    )


def change_deadline(booking: Booking) -> dt.datetime:
    """Until when it can be moved."""
    minutes = booking.service.department.change_deadline_minutes
    return booking.starts_at - dt.timedelta(minutes=minutes)


def cancel_deadline(booking: Booking) -> dt.datetime:
    """Until when it can be cancelled."""
    minutes = booking.service.department.cancel_deadline_minutes
    return booking.starts_at - dt.timedelta(minutes=minutes)
