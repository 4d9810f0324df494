"""Put into the outbox what recipients are to be told of their visits.

Done after the fact, from the events that the verbs leave behind and from the visits to
come: a booking gets no dearer, and what was not announced yet is found again.
"""

import datetime as dt
from collections.abc import Iterator
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from accounts.actions import messages
from accounts.models import Message, User
from booking import notices
from booking.calendars import with_last_change
from booking.models import Booking, BookingEvent

IN_ONE_GO = 200
DAY_BEFORE_AT = dt.time(16)  # local, the day before
BEFORE = dt.timedelta(hours=2)
# The reminder of the day before is of no use when the other one is about to come.
TOO_CLOSE = dt.timedelta(hours=3)
# Whoever booked or moved it so shortly before needs no reminder.
FRESH = dt.timedelta(hours=1)
DAY = dt.timedelta(days=1)


def announce() -> int:
    """Tell of what was booked, moved and cancelled since; of how many. Any number of
    workers may do so at once: each takes events that no other has."""
    with transaction.atomic():
        events = list(
            BookingEvent.objects.unannounced()
            .select_for_update(skip_locked=True, of=("self",))
            .select_related("booking__recipient__user", "booking__service")
            .order_by("pk")[:IN_ONE_GO]
        )
        for event in events:
            for person in notices.addressees(event.booking.recipient):
                _post(
                    event.booking,
                    to=person,
                    kind=notices.kind_of(event, person),
                    key=str(event.pk),
                    facts={"event": event.pk},
                    expires_at=event.to_starts_at or event.from_starts_at,
                )
        BookingEvent.objects.filter(pk__in=[event.pk for event in events]).update(
            announced_at=timezone.now()
        )
    return len(events)


def remind(now: dt.datetime) -> int:
    """Post the reminders that are due; how many. One that is posted belongs to the time
    the visit has: moved, it gets another, and the old one finds nothing to tell."""
    posted = 0
    for kind in (notices.DAY_BEFORE, notices.HOURS_BEFORE):
        for booking in _to_remind(kind, now):
            at = booking.starts_at
            for person in notices.addressees(booking.recipient):
                _post(
                    booking,
                    to=person,
                    kind=kind,
                    key=f"{booking.pk} {at.isoformat()}",
                    facts={"at": at.isoformat()},
                    expires_at=at - TOO_CLOSE if kind == notices.DAY_BEFORE else at,
                )
            posted += 1
    return posted


def due(kind: str, starts_at: dt.datetime) -> dt.datetime:
    """When to remind of a visit that starts then."""
    if kind == notices.HOURS_BEFORE:
        return messages.quiet_hours().reminder_at(starts_at - BEFORE, starts_at)
    day_before = timezone.localdate(starts_at) - DAY
    return dt.datetime.combine(day_before, DAY_BEFORE_AT, tzinfo=ZoneInfo(settings.TIME_ZONE))


def _to_remind(kind: str, now: dt.datetime) -> Iterator[Booking]:
    """Found by the days of their visits, which are indexed, and only those of two days."""
    today = timezone.localdate(now)
    told = Message.objects.filter(
        about_id=OuterRef("pk"), kind=kind, posted_at__gte=OuterRef("changed_at")
    )
    visits = (
        with_last_change(Booking.objects.confirmed())
        .filter(
            Q(visits__day__date__in=[today - DAY, today, today + DAY, today + 2 * DAY]),
            ~Exists(told),
            starts_at__gt=now,
        )
        .select_related("recipient__user", "service")
        .distinct()
    )
    for booking in visits:
        due_at = due(kind, booking.starts_at)
        changed_at = getattr(booking, "changed_at", None)
        if due_at <= now and not (changed_at and changed_at > due_at - FRESH):
            yield booking


def _post(
    booking: Booking,
    *,
    to: User | None,
    kind: str,
    key: str,
    facts: dict[str, object],
    expires_at: dt.datetime | None,
) -> None:
    messages.post(
        kind=kind,
        key=key,
        to=to,
        subject_id=booking.recipient_id,
        department_id=booking.service.department_id,
        about_id=booking.pk,
        facts=facts,
        expires_at=expires_at or booking.starts_at,
    )
