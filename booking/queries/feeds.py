"""A recipient's visits as iCalendar files."""

import datetime as dt
import uuid
from email.utils import parseaddr
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import MessageChoices
from accounts.municipality import shown_phone
from booking.calendar.ics import Entry, Method, Sender, calendar_file
from booking.models import Booking, BookingEvent, CalendarFeed, Recipient
from booking.queries.grants import kind_of_booking, kinds_of_bookings
from departments.models import KindOfTime
from departments.phones import phone_of

PAST = dt.timedelta(days=30)
REFRESH = dt.timedelta(hours=1)


def names_service(*user_ids: uuid.UUID | None) -> bool:
    """Whether entries name the service and the department, as all of these users have chosen."""
    users = set(user_ids)
    return MessageChoices.objects.filter(user__in=users, names_service=True).count() == len(users)


def file_of_visit(
    booking: Booking, *, changed_at: dt.datetime, method: Method, names_service: bool
) -> bytes:
    """One visit, to add to a calendar or to remove from it, in the active language.

    ``changed_at`` is the time of its last event (``last_change``).
    """
    return calendar_file(
        [_entry(booking, changed_at, kind_of_booking(booking) if names_service else None)],
        method=method,
        zone=_zone(),
        sender=_sender(),
    )


def last_change(booking: Booking) -> dt.datetime:
    """When the booking's last event happened."""
    last = booking.events.order_by("pk").last()
    return last.at if last else booking.booked_at


def feed(recipient: Recipient, now: dt.datetime, *, names_service: bool) -> bytes:
    """The visits of the last 30 days and all later ones, in the active language; at most two
    statements. Cancelled visits stay in it for 30 days, until every calendar has removed them.
    """
    visits = with_last_change(Booking.objects.filter(recipient=recipient)).filter(
        Q(status=Booking.Status.BOOKED) | Q(cancelled_at__gt=now - PAST),
        ends_at__gt=now - PAST,
    )
    kinds = kinds_of_bookings(list(visits)) if names_service else {}
    return calendar_file(
        [_entry(visit, _changed_at(visit), kinds.get(visit.pk)) for visit in visits],
        method=Method.PUBLISH,
        zone=_zone(),
        sender=_sender(),
        name=_("Appointments"),
        refresh=REFRESH,
        # The same file, and the same ETag, for a whole year.
        empty_at=dt.datetime(timezone.localdate(now).year, 1, 1, tzinfo=_zone()),
    )


def with_last_change(visits: QuerySet[Booking]) -> QuerySet[Booking]:
    """Each booking with ``changed_at``, when its last event happened."""
    last = BookingEvent.objects.filter(booking=OuterRef("pk")).order_by("-pk").values("at")[:1]
    return visits.select_related("service__department", "grant").annotate(
        changed_at=Subquery(last)
    )


def _changed_at(visit: Booking) -> dt.datetime:
    """Of a booking from ``with_last_change``."""
    changed_at: dt.datetime | None = getattr(visit, "changed_at", None)
    return changed_at or visit.booked_at


def _entry(booking: Booking, changed_at: dt.datetime, kind: KindOfTime | None) -> Entry:
    """Without its ``kind`` the entry names neither the service nor the department."""
    service = booking.service
    title, description, url = _("Appointment"), "", ""
    if kind is not None:
        title = service.name
        phone = shown_phone(phone_of(service.department, booking.starts_at))
        sets = _("The municipality sets this time") if kind == KindOfTime.SET else ""
        description = ", ".join(filter(None, [service.department.name, phone, sets]))
        url = f"{settings.SITE_URL}{reverse('booking:visit', args=[booking.pk])}"
    return Entry(
        id=booking.pk,
        starts_at=booking.starts_at,
        ends_at=booking.ends_at,
        sequence=booking.sequence,
        changed_at=changed_at,
        title=title,
        description=description,
        url=url,
        is_cancelled=booking.status == Booking.Status.CANCELLED,
    )


def _zone() -> ZoneInfo:
    return ZoneInfo(settings.TIME_ZONE)


def _sender() -> Sender:
    """The setting may have a name before the address, which a ``mailto:`` must not have."""
    return Sender(settings.MUNICIPALITY, parseaddr(settings.DEFAULT_FROM_EMAIL)[1])


def open_feeds(recipient: Recipient) -> list[CalendarFeed]:
    """Each with its ``number`` among all that were made, so that two of the same minute have
    different labels, and no label is used again."""
    feeds = list(recipient.feeds.order_by("made_at", "pk"))
    for number, feed in enumerate(feeds, start=1):
        feed.number = number
    return [feed for feed in feeds if feed.revoked_at is None]


def open_feed(secret_hash: str) -> CalendarFeed | None:
    """The feed with this secret, while its maker may log in and is the recipient."""
    return (
        CalendarFeed.objects.select_related("recipient", "by")
        .filter(
            secret_hash=secret_hash,
            revoked_at__isnull=True,
            by__is_active=True,
            recipient__user=F("by"),
            recipient__departed_at__isnull=True,
        )
        .first()
    )
