"""A recipient's visits as iCalendar files."""

import datetime as dt
import uuid
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import MessageChoices
from booking.calendar.ics import Entry, Method, Sender, calendar_file
from booking.models import Booking, BookingEvent, CalendarFeed, Recipient

PAST = dt.timedelta(days=30)
REFRESH = dt.timedelta(hours=1)


def names_service(user_id: uuid.UUID | None) -> bool:
    """Whether entries name the service and the department, as the user has chosen."""
    return MessageChoices.objects.filter(user=user_id, names_service=True).exists()


def file_of_visit(booking: Booking, *, method: Method, names_service: bool) -> bytes:
    """One visit, to add to a calendar or to remove from it, in the active language."""
    visit = with_last_change(Booking.objects.filter(pk=booking.pk)).get()
    return calendar_file(
        [_entry(visit, names_service)], method=method, zone=_zone(), sender=_sender()
    )


def feed(recipient: Recipient, now: dt.datetime, *, names_service: bool) -> bytes:
    """The visits of the last 30 days and all later ones, in the active language; at most two
    statements. Cancelled visits stay in it for 30 days, until every calendar has removed them.
    """
    visits = with_last_change(Booking.objects.filter(recipient=recipient)).filter(
        Q(status=Booking.Status.BOOKED) | Q(cancelled_at__gt=now - PAST),
        ends_at__gt=now - PAST,
    )
    return calendar_file(
        [_entry(visit, names_service) for visit in visits],
        method=Method.PUBLISH,
        zone=_zone(),
        sender=_sender(),
        name=_("Appointments"),
        refresh=REFRESH,
    )


def with_last_change(visits: QuerySet[Booking]) -> QuerySet[Booking]:
    """Each booking with ``changed_at``, when its last event happened."""
    last = BookingEvent.objects.filter(booking=OuterRef("pk")).order_by("-pk").values("at")[:1]
    return visits.select_related("service__department").annotate(changed_at=Subquery(last))


def _entry(booking: Booking, names_service: bool) -> Entry:
    """The entry of a booking from ``with_last_change``."""
    service = booking.service
    title, description, url = _("Appointment"), "", ""
    if names_service:
        title = service.name
        description = ", ".join(filter(None, [service.department.name, service.department.phone]))
        url = f"{settings.SITE_URL}{reverse('booking:visit', args=[booking.pk])}"
    return Entry(
        id=booking.pk,
        starts_at=booking.starts_at,
        ends_at=booking.ends_at,
        sequence=booking.sequence,
        changed_at=getattr(booking, "changed_at", None) or booking.booked_at,
        title=title,
        description=description,
        url=url,
        is_cancelled=booking.status == Booking.Status.CANCELLED,
    )


def _zone() -> ZoneInfo:
    return ZoneInfo(settings.TIME_ZONE)


def _sender() -> Sender:
    return Sender(settings.MUNICIPALITY, settings.DEFAULT_FROM_EMAIL)


def open_feeds(recipient: Recipient) -> list[CalendarFeed]:
    return list(recipient.feeds.filter(revoked_at__isnull=True))


def open_feed(secret_hash: str) -> CalendarFeed | None:
    """The feed with this secret, while its maker may log in and is the recipient."""
    return (
        CalendarFeed.objects.select_related("recipient", "by")
        .filter(
            secret_hash=secret_hash,
            revoked_at__isnull=True,
            by__is_active=True,
            recipient__user=F("by"),
        )
        .first()
    )
