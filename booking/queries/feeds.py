"""A recipient's visits as calendar programs are given them. Changes nothing."""

import datetime as dt
import uuid
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import MessageChoices
from booking.calendar.ics import Entry, Method, Sender, calendar_file
from booking.models import Booking, BookingEvent, Recipient

PAST = dt.timedelta(days=30)
REFRESH = dt.timedelta(hours=1)


def names_service(user_id: uuid.UUID | None) -> bool:
    """Whether the person wants it said what the appointment is, and from whom."""
    return MessageChoices.objects.filter(user=user_id, names_service=True).exists()


def file_of_visit(booking: Booking, *, method: Method, names_service: bool) -> bytes:
    """One visit, to keep or to take out of a calendar. In the active language."""
    visit = with_last_change(Booking.objects.filter(pk=booking.pk)).get()
    return calendar_file(
        [_entry(visit, names_service)], method=method, zone=_zone(), sender=_sender()
    )


def feed(recipient: Recipient, now: dt.datetime, *, names_service: bool) -> bytes:
    """All that is to come and the last weeks, cancelled visits for as long, so that every
    calendar has taken them out by then. In the active language; two statements at most.
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
    last = BookingEvent.objects.filter(booking=OuterRef("pk")).order_by("-pk").values("at")[:1]
    return visits.select_related("service__department").annotate(changed_at=Subquery(last))


def _entry(booking: Booking, names_service: bool) -> Entry:
    """``booking`` comes from ``with_last_change``."""
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
