"""Grants in words, and grants that are too small to book with."""

import datetime as dt
import uuid

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import ngettext

from booking.models import Booking, Grant


def amount_per_period(grant: Grant) -> str:
    """ "3 visits a week"."""
    if grant.unit == Grant.Unit.VISITS:
        words = ngettext("%(counter)s visit", "%(counter)s visits", grant.amount)
    else:
        words = ngettext("%(counter)s minute", "%(counter)s minutes", grant.amount)
    return f"{words % {'counter': grant.amount}} {grant.get_period_display()}"


def grant_of_booking(booking: Booking) -> Grant | None:
    """The grant of the booking's service on its date: not always the one that it was booked
    under. That one, when there is none on the date."""
    date = timezone.localdate(booking.starts_at)
    grants = Grant.objects.filter(recipient=booking.recipient_id, service=booking.service_id)
    return grants.valid_on(date).first() or booking.grant


def grants_below(service_id: uuid.UUID, minutes: int, today: dt.date) -> int:
    """The number of grants, valid now or later, that give fewer minutes than this."""
    return (
        Grant.objects.filter(service=service_id, unit=Grant.Unit.MINUTES, amount__lt=minutes)
        .filter(Q(valid_until__isnull=True) | Q(valid_until__gte=today))
        .count()
    )
