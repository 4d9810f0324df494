"""What the municipality has decided to give."""

import datetime as dt

from django.utils import timezone

from accounts.models import User
from booking.actions.locks import lock_recipient, one_transaction
from booking.models import Booking, Grant, Recipient
from departments.hours import local_instant
from departments.models import Service


def grant(
    *,
    recipient: Recipient,
    service: Service,
    amount: int,
    unit: str,
    period: str,
    valid_from: dt.date,
    valid_until: dt.date | None = None,
    is_essential: bool = False,
    by: User | None,
) -> Grant:
    """Write a grant down. Raises ``GrantOverlaps`` when there is one at the time already."""
    with one_transaction():
        lock_recipient(recipient.pk)
        return Grant.objects.create(
            recipient=recipient,
            service=service,
            amount=amount,
            unit=unit,
            period=period,
            valid_from=valid_from,
            valid_until=valid_until,
            is_essential=is_essential,
        )


def change_grant(
    *,
    grant: Grant,
    amount: int,
    unit: str,
    period: str,
    valid_from: dt.date,
    valid_until: dt.date | None,
    is_essential: bool,
    by: User | None,
) -> list[Booking]:
    """Write the decision anew. Bookings stay, also those that it gives no room for any
    more: the answer is what was booked for after its last day, for a person to look at.
    """
    with one_transaction():
        lock_recipient(grant.recipient_id)
        grant.amount, grant.unit, grant.period = amount, unit, period
        grant.valid_from, grant.valid_until = valid_from, valid_until
        grant.is_essential = is_essential
        grant.save()
        return _booked_after(grant)


def shorten_grant(*, grant: Grant, valid_until: dt.date, by: User | None) -> list[Booking]:
    """Let a grant end earlier. Nothing is cancelled: the answer is what was booked for
    after its new last day, for a person to look at."""
    with one_transaction():
        lock_recipient(grant.recipient_id)
        grant.valid_until = valid_until
        grant.save(update_fields=["valid_until"])
        return _booked_after(grant)


def _booked_after(grant: Grant) -> list[Booking]:
    if grant.valid_until is None:
        return []
    after = local_instant(
        grant.valid_until + dt.timedelta(days=1), dt.time(), timezone.get_default_timezone()
    )
    return list(
        Booking.objects.upcoming(timezone.now())
        .filter(recipient=grant.recipient_id, service=grant.service_id, starts_at__gte=after)
        .select_related("service__department", "recipient")
    )
