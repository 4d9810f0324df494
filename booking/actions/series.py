"""Repeat a visit every week, skip one, end it; and, every night, book what has come near.

Locks: the series, then what ``book`` and ``cancel`` lock. One transaction for each date, so
that a night that is broken off continues where it stopped.
"""

import datetime as dt
import logging
import uuid

from django.db import transaction
from django.utils import timezone

from accounts.actions import messages
from accounts.models import User
from booking import errors, series_notices
from booking.actions.bookings import book, cancel
from booking.entitlement import last_day
from booking.models import Booking, BookingEvent, BookingSeries, Recipient, SeriesDate
from booking.recurrence import WEEK

log = logging.getLogger(__name__)

State = SeriesDate.State
Why = SeriesDate.Why

WHY: dict[type[errors.BookingError], Why] = {
    errors.SlotTaken: Why.BUSY,
    errors.NoSuchSlot: Why.CLOSED,
    errors.OverlapsOwn: Why.OWN,
    errors.OverQuota: Why.ALL_USED,
    errors.NotGranted: Why.NOT_GRANTED,
    errors.NotOpen: Why.NOT_OPEN,
    errors.TooLate: Why.TOO_LATE,
}


def repeat(*, key: uuid.UUID, like: Booking, by: User) -> BookingSeries:
    """The visit once more every week from the next on. What the horizon has reached is
    booked at once, or stands in the series with the reason why not. The same key finds
    the series that it made; somebody else's is refused with ``KeyReused``."""
    start = timezone.localtime(like.starts_at)
    with transaction.atomic():
        Recipient.objects.select_for_update().get(pk=like.recipient_id)
        same = BookingSeries.objects.running().filter(
            recipient=like.recipient, service=like.service, time=start.time()
        )
        for series in same:
            if (series.first_date - start.date()) % WEEK == dt.timedelta(0):
                return series  # it repeats already
        series, _made = BookingSeries.objects.get_or_create(
            pk=key,
            defaults={
                "recipient": like.recipient,
                "service": like.service,
                "first_date": start.date() + WEEK,
                "time": start.time(),
                "note": like.note,
                "by": by,
            },
        )
    if series.recipient_id != like.recipient_id:
        raise errors.KeyReused
    book_what_is_near(series=series, is_told=False)
    return series


def book_all_series() -> None:
    """Every night, for all who repeat something. May run twice, or at once, without harm."""
    for series in BookingSeries.objects.running().select_related("service__department"):
        try:
            book_what_is_near(series=series)
        except Exception:  # one that fails must not cost all others their visits
            log.exception("series %s", series.pk)


def book_what_is_near(*, series: BookingSeries, is_told: bool = True) -> None:
    """Decide each date that the horizon has reached: booked, or missed with the reason, of
    which the person is told unless they look at the page now. A date is tried once: what
    opens later is somebody's to choose, and not ours to book unasked."""
    now = timezone.now()
    decided = set(series.dates.values_list("date", flat=True))
    for date in series.dates_until(last_day(series.service.department, now)):
        if date < timezone.localdate(now) or date in decided:
            continue
        with transaction.atomic():
            fresh = _lock(series)
            if fresh.ended_at or fresh.dates.filter(date=date).exists():
                continue
            _decide(fresh, date, is_told=is_told)


def skip(*, series: BookingSeries, date: dt.date) -> None:
    """Leave out one date to come. One that is booked already is cancelled instead, like any
    other visit; nothing happens to it here."""
    with transaction.atomic():
        fresh = _lock(series)
        if fresh.ended_at or (date - fresh.first_date) % WEEK or date < fresh.first_date:
            raise errors.NoSuchSlot
        fresh.dates.get_or_create(date=date, defaults={"state": State.SKIPPED})


def take_back_skip(*, series: BookingSeries, date: dt.date) -> None:
    """The date counts again, and is booked in its time."""
    with transaction.atomic():
        _lock(series).dates.filter(date=date, state=State.SKIPPED).delete()
    book_what_is_near(series=series, is_told=False)


def end_series(*, series: BookingSeries, by: User, cancels: bool) -> list[Booking]:
    """Book nothing more. With ``cancels`` the visits to come are cancelled too; those for
    which it is too late are kept, and returned."""
    with transaction.atomic():
        fresh = _lock(series)
        if fresh.ended_at is None:
            _end(fresh, BookingSeries.Ended.WISHED)
    kept = []
    if cancels:
        now = timezone.now()
        for booking in Booking.objects.upcoming(now).filter(series_date__series=series):
            try:
                cancel(booking=booking, by=by)
            except errors.TooLate:
                kept.append(booking)
    return kept


def _lock(series: BookingSeries) -> BookingSeries:
    return (
        BookingSeries.objects.select_for_update(of=("self",))
        .select_related("recipient__user", "service__department", "by")
        .get(pk=series.pk)
    )


def _decide(series: BookingSeries, date: dt.date, *, is_told: bool) -> None:
    try:
        booking = book(
            key=series.key_for(date),
            recipient=series.recipient,
            service=series.service,
            starts_at=series.starts_at(date),
            note=series.note,
            by=series.by,
            via=BookingEvent.Via.REPEATING,
        )
    except (errors.Busy, errors.OutsideHorizon):
        return  # tomorrow night again
    except errors.BookingError as error:
        why = WHY[type(error)]
        series.dates.create(date=date, state=State.MISSED, why=why)
        if why is Why.NOT_GRANTED and not _has_grant_after(series, date):
            _end(series, BookingSeries.Ended.NO_GRANT)
        if is_told:
            _tell(series, date)
    else:
        series.dates.create(date=date, state=State.BOOKED, booking=booking)


def _has_grant_after(series: BookingSeries, date: dt.date) -> bool:
    grants = series.recipient.grants.filter(service=series.service)
    return grants.valid_on(date).exists() or grants.filter(valid_from__gt=date).exists()


def _end(series: BookingSeries, why: BookingSeries.Ended) -> None:
    series.ended_at, series.why_ended = timezone.now(), why
    series.save(update_fields=["ended_at", "why_ended"])


def _tell(series: BookingSeries, date: dt.date) -> None:
    messages.post(
        kind=series_notices.MISSED,
        key=f"{series.pk} {date}",
        to=series.recipient.user,
        subject_id=series.recipient_id,
        department_id=series.service.department_id,
        about_id=series.pk,
        facts={"date": date.isoformat()},
        expires_at=series.starts_at(date),
    )
