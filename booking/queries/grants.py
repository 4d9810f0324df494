"""Grants in words, the grant and the kind of time of a booking, and grants that are too small to
book with."""

import datetime as dt
import uuid
from collections.abc import Collection, Iterable

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from booking.models import Booking, Grant, Recipient
from departments.models import KindOfTime


def amount_per_period(grant: Grant) -> str:
    """ "3 visits a week"."""
    if grant.unit == Grant.Unit.VISITS:
        words = ngettext("%(counter)s visit", "%(counter)s visits", grant.amount)
    else:
        words = ngettext("%(counter)s minute", "%(counter)s minutes", grant.amount)
    return f"{words % {'counter': grant.amount}} {period_in_words(grant)}"


def period_in_words(grant: Grant) -> str:
    """ "a week", "every 2 weeks"."""
    if grant.weeks == 1:
        return str(grant.get_period_display())
    return _("every %(count)s weeks") % {"count": grant.weeks}


def grant_among(grants: Iterable[Grant], booking: Booking) -> Grant | None:
    """The grant of the booking's service on its date, of these: not always the one that it was
    booked under. That one, when there is none on the date."""
    date = timezone.localdate(booking.starts_at)
    its = (grant for grant in grants if grant.service_id == booking.service_id)
    return next((grant for grant in its if grant.is_valid_on(date)), None) or booking.grant


def grants_of_bookings(bookings: Collection[Booking]) -> dict[uuid.UUID, Grant | None]:
    """By the id of each booking, with its ``grant`` loaded, what ``grant_among`` all of its
    recipient's grants is. At most one statement; none when the grants that they were booked
    under are valid on their dates, because no two grants of a service overlap."""
    others = [
        booking
        for booking in bookings
        if booking.grant is None
        or not booking.grant.is_valid_on(timezone.localdate(booking.starts_at))
    ]
    by_recipient: dict[uuid.UUID, list[Grant]] = {one.recipient_id: [] for one in others}
    if others:
        for grant in Grant.objects.filter(recipient__in=by_recipient):
            by_recipient[grant.recipient_id].append(grant)
    found = {booking.pk: booking.grant for booking in bookings}
    return found | {one.pk: grant_among(by_recipient[one.recipient_id], one) for one in others}


def grant_of_booking(booking: Booking) -> Grant | None:
    return grants_of_bookings([booking])[booking.pk]


def kind_of_time(booking: Booking, grant: Grant | None) -> KindOfTime:
    """Who chooses the booking's time: by its grant on its date (``grant_among``), and by its
    service without one."""
    return KindOfTime((grant or booking.service).kind_of_time)


def kind_of_booking(booking: Booking) -> KindOfTime:
    return kind_of_time(booking, grant_of_booking(booking))


def kinds_of_bookings(bookings: Collection[Booking]) -> dict[uuid.UUID, KindOfTime]:
    """By the id of each booking, with its ``grant`` and ``service`` loaded."""
    grants = grants_of_bookings(bookings)
    return {booking.pk: kind_of_time(booking, grants[booking.pk]) for booking in bookings}


def grants_below(service_id: uuid.UUID, minutes: int, today: dt.date) -> int:
    """The number of grants, valid now or later, that give fewer minutes than this."""
    return (
        Grant.objects.filter(service=service_id, unit=Grant.Unit.MINUTES, amount__lt=minutes)
        .filter(Q(valid_until__isnull=True) | Q(valid_until__gte=today))
        .count()
    )


def grants_from(recipient: Recipient, today: dt.date) -> list[Grant]:
    """The recipient's grants that apply on the date or later, with service and department."""
    return list(
        Grant.objects.not_ended(today)
        .filter(recipient=recipient)
        .select_related("service__department")
        .order_by("service__name", "valid_from")
    )
