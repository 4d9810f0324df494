"""Post messages about visits: announcements of changes, and reminders.

Runs in a task after the booking, from its events and from the coming visits. So a booking
takes no longer, and an event that was not announced yet is found again.
"""

import datetime as dt
import uuid
from collections.abc import Iterator
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from accounts import actions as accounts_actions
from accounts.messages.quiet_hours import QuietHours
from accounts.models import Message
from booking.models import Booking, BookingEvent, Recipient
from booking.notices import visits as notices
from booking.notices.audience import addressees
from booking.queries.feeds import with_last_change

BATCH = 200
DAY_BEFORE_AT = dt.time(16)  # local, the day before
BEFORE = dt.timedelta(hours=2)
# The reminder of the day before expires when the other one is due soon.
TOO_CLOSE = dt.timedelta(hours=3)
# A visit that was booked or moved this shortly before needs no reminder.
FRESH = dt.timedelta(hours=1)
DAY = dt.timedelta(days=1)


def announce() -> int:
    """Post messages for the events that were not announced yet; returns their number.

    Any number of workers may run it at once: each skips events that another has locked.
    """
    with transaction.atomic():
        events = list(
            BookingEvent.objects.unannounced()
            .select_for_update(skip_locked=True, of=("self",))
            .select_related("booking__recipient__user", "booking__service")
            .order_by("pk")[:BATCH]
        )
        for event in events:
            _notify(
                event.booking,
                **notices.kinds_of(event),
                key=str(event.pk),
                facts={"event": event.pk},
                expires_at=event.to_starts_at or event.from_starts_at,
            )
        BookingEvent.objects.filter(pk__in=[event.pk for event in events]).update(
            announced_at=timezone.now()
        )
    return len(events)


def remind(now: dt.datetime) -> int:
    """Post the reminders that are due; returns their number. A reminder is for one time of the
    visit: a visit that is moved gets another, and the old one is no longer sent."""
    posted = 0
    for kind in (notices.DAY_BEFORE, notices.HOURS_BEFORE):
        for booking in _to_remind(kind, now):
            at = booking.starts_at
            with transaction.atomic():
                _notify(
                    booking,
                    kind=kind,
                    kind_for_others=kind,
                    key=f"{booking.pk} {at.isoformat()}",
                    facts={"at": at.isoformat()},
                    expires_at=at - TOO_CLOSE if kind == notices.DAY_BEFORE else at,
                )
            posted += 1
    return posted


def due(kind: str, starts_at: dt.datetime) -> dt.datetime:
    """When to remind the recipient of a visit that starts then."""
    if kind == notices.HOURS_BEFORE:
        return QuietHours.configured().reminder_at(starts_at - BEFORE, starts_at)
    day_before = timezone.localdate(starts_at) - DAY
    return dt.datetime.combine(day_before, DAY_BEFORE_AT, tzinfo=ZoneInfo(settings.TIME_ZONE))


def _to_remind(kind: str, now: dt.datetime) -> Iterator[Booking]:
    """The bookings to remind of now. They are found by the days of their visits, which are
    indexed."""
    today = timezone.localdate(now)
    reminded = Message.objects.filter(
        about_id=OuterRef("pk"), kind=kind, posted_at__gte=OuterRef("changed_at")
    )
    visits = (
        with_last_change(Booking.objects.confirmed())
        .filter(
            Q(visits__day__date__in=[today - DAY, today, today + DAY, today + 2 * DAY]),
            ~Exists(reminded),
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


def notify(
    recipient: Recipient,
    *,
    kind: str,
    kind_for_others: str,
    department_id: uuid.UUID,
    **message: Any,
) -> None:
    """Post the message to each of the recipient's ``addressees``."""
    for to in addressees(recipient):
        accounts_actions.post(
            kind=kind_for_others if to.is_other else kind,
            to=to.user,
            subject_id=recipient.pk,
            department_id=None if to.is_copy else department_id,
            **message,
        )


def _notify(booking: Booking, *, expires_at: dt.datetime | None, **message: Any) -> None:
    notify(
        booking.recipient,
        department_id=booking.service.department_id,
        about_id=booking.pk,
        expires_at=expires_at or booking.starts_at,
        **message,
    )
