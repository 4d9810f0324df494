"""Booking series: repeat a visit every week, skip a date, end the series; and, every night,
book the dates that the horizon has reached.

A series whose mandate has ended waits (``BookingSeries``): nothing new is booked, and one
message asks the recipient, or the holder who gets their messages, whether it should go on.
Visits that are booked already stay booked.

Locks: the series, then those of ``book`` and ``cancel``. Each date has its own transaction, so
that a run that was interrupted continues where it stopped.
"""

import datetime as dt
import logging
import uuid
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts import actions as accounts_actions
from accounts.models import User
from booking import errors
from booking.actions.announcements import notify
from booking.actions.bookings import book, cancel
from booking.models import Booking, BookingEvent, BookingSeries, Mandate, Recipient, SeriesDate
from booking.notices import series as series_notices
from booking.queries import own_choice
from booking.queries.entitlement import last_day
from database.transactions import Busy
from departments.hours import WEEK

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
    errors.KeyReused: Why.KEY_REUSED,
    errors.TimesAreSet: Why.SET,
    errors.NotYoursYet: Why.NOT_YOURS,
    errors.OutsideWindow: Why.WINDOW,
    errors.EnoughThatDay: Why.ENOUGH,
    errors.TooClose: Why.TOO_CLOSE,
}
# Errors after which the date stays undecided and is tried again the next night.
AGAIN_TOMORROW = (Busy, errors.OutsideHorizon, errors.Paused)


def repeat(
    *, key: uuid.UUID, like: Booking, by: User, mandate: Mandate | None = None
) -> BookingSeries:
    """Repeat the visit every week from the next week on. ``mandate`` is that of a user who
    acts for the recipient.

    The dates within the horizon are decided at once: booked, or missed with the reason. The
    same key returns the series that it made. Raises ``KeyReused`` for another recipient's key,
    and ``TimesAreSet`` or ``NotYoursYet`` when the person does not choose the visit's time.
    """
    if refused := own_choice.refusal_of_booking(like):
        raise errors.error_of(refused)
    start = timezone.localtime(like.starts_at)
    with transaction.atomic():
        Recipient.objects.select_for_update().get(pk=like.recipient_id)
        same = BookingSeries.objects.running().filter(
            recipient=like.recipient, service=like.service, time=start.time()
        )
        for series in same:
            if (series.first_date - start.date()) % WEEK == dt.timedelta(0):
                return series  # it repeats already
        series, is_new = BookingSeries.objects.get_or_create(
            pk=key,
            defaults={
                "recipient": like.recipient,
                "service": like.service,
                "first_date": start.date() + WEEK,
                "time": start.time(),
                "note": like.note,
                "by": by,
                "mandate": mandate,
            },
        )
        if is_new:
            _record("repeat", series, by)
    if series.recipient_id != like.recipient_id:
        raise errors.KeyReused
    book_what_is_near(series=series, is_told=False)
    return series


def book_all_series() -> None:
    """Decide the new dates of all running series. Runs every hour; running it twice, or at
    the same time, does no harm."""
    running = BookingSeries.objects.running()
    for series in running.select_related("service__department", "recipient__user", "mandate"):
        try:
            if series.waits(timezone.localdate()):
                _ask_to_go_on(series)
            else:
                book_what_is_near(series=series)
        except Exception as error:  # the other series must go on
            log.error("series %s: %s", series.pk, type(error).__name__)


def book_what_is_near(*, series: BookingSeries, is_told: bool = True) -> None:
    """Decide each date that the horizon has reached: booked, or missed with the reason.

    ``is_told`` posts a message for a missed date. A date is tried once: a time that opens later
    is not booked automatically.
    """
    now = timezone.now()
    today = timezone.localdate(now)
    for date in _undecided(series, today, last_day(series.service.department, now)):
        with transaction.atomic():
            fresh = _lock(series)
            if fresh.ended_at or fresh.waits(today) or fresh.dates.filter(date=date).exists():
                continue
            _decide(fresh, date, is_told=is_told)


def skip(*, series: BookingSeries, date: dt.date, by: User) -> None:
    """Leave out one coming date. A date that is booked already is not changed: its booking is
    cancelled like any other. Raises ``NoSuchSlot`` for a date that is not in the series."""
    with transaction.atomic():
        fresh = _lock(series)
        if fresh.ended_at or (date - fresh.first_date) % WEEK or date < fresh.first_date:
            raise errors.NoSuchSlot
        _date, is_new = fresh.dates.get_or_create(date=date, defaults={"state": State.SKIPPED})
        if is_new:
            _record("skip", fresh, by, date)


def take_back_skip(*, series: BookingSeries, date: dt.date, by: User) -> None:
    """Undo a skip: the date is booked when the horizon reaches it."""
    with transaction.atomic():
        fresh = _lock(series)
        deleted, _by_model = fresh.dates.filter(date=date, state=State.SKIPPED).delete()
        if deleted:
            _record("take_back_skip", fresh, by, date)
    book_what_is_near(series=series, is_told=False)


def go_on(*, series: BookingSeries, by: User, mandate: Mandate | None = None) -> None:
    """Continue a waiting series in the name of ``by``: the recipient, a user under their own
    ``mandate``, or staff whom the recipient asked. A series that does not wait is not changed.
    """
    with transaction.atomic():
        fresh = _lock(series)
        if not fresh.waits(timezone.localdate()):
            return
        fresh.by, fresh.mandate = by, mandate
        fresh.save(update_fields=["by", "mandate"])
        _record("go_on", fresh, by)
    book_what_is_near(series=series, is_told=False)


def end_series(
    *,
    series: BookingSeries,
    by: User,
    via: BookingEvent.Via = BookingEvent.Via.ONLINE,
    cancels: bool,
) -> list[Booking]:
    """End a series. With ``cancels`` its coming visits are cancelled too; returns those for
    which it is too late, or which only staff may cancel."""
    with transaction.atomic():
        fresh = _lock(series)
        if fresh.ended_at is None:
            _end(fresh, BookingSeries.Ended.WISHED)
            _record("end_series", fresh, by)
            if by.pk != fresh.recipient.user_id:
                _notify_of_the_end(fresh)
    kept = []
    if cancels:
        now = timezone.now()
        for booking in Booking.objects.upcoming(now).filter(series_date__series=series):
            try:
                cancel(booking=booking, by=by, via=via)
            except (errors.TooLate, errors.TimesAreSet, errors.NotYoursYet):
                kept.append(booking)
    return kept


def rebook_date(*, date: SeriesDate, key: uuid.UUID) -> Booking | None:
    """Book a date again that a pause had cancelled; None when that can't be done now, or the
    series has ended or waits. ``key`` is that of the new booking."""
    with transaction.atomic():
        series = _lock(date.series)
        if series.ended_at or series.waits(timezone.localdate()):
            return None
        try:
            booking = _book_date(series, date.date, key, via=BookingEvent.Via.PAUSE)
        except (errors.BookingError, Busy):
            return None
        SeriesDate.objects.filter(pk=date.pk).update(booking=booking)
        return booking


def _record(verb: str, series: BookingSeries, by: User, date: dt.date | None = None) -> None:
    accounts_actions.record(
        verb,
        by=by,
        department_id=series.service.department_id,
        subject_id=series.recipient_id,
        of=series,
        after={
            "name": series.service.name,
            "first_date": series.first_date,
            "time": series.time,
            **({"date": date} if date else {}),
        },
    )


def _lock(series: BookingSeries) -> BookingSeries:
    return (
        BookingSeries.objects.select_for_update(of=("self",))
        .select_related("recipient__user", "service__department", "by", "mandate")
        .get(pk=series.pk)
    )


def _decide(series: BookingSeries, date: dt.date, *, is_told: bool) -> None:
    try:
        booking = _book_date(series, date, series.key_for(date))
    except AGAIN_TOMORROW:
        return
    except errors.BookingError as error:
        why = WHY[type(error)]
        series.dates.create(date=date, state=State.MISSED, why=why)
        if why is Why.NOT_GRANTED and not _has_grant_after(series, date):
            _end(series, BookingSeries.Ended.NO_GRANT)
        if is_told:
            _notify_of_missed(series, date)
    else:
        series.dates.create(date=date, state=State.BOOKED, booking=booking)


def _book_date(
    series: BookingSeries,
    date: dt.date,
    key: uuid.UUID,
    via: BookingEvent.Via = BookingEvent.Via.REPEATING,
) -> Booking:
    return book(
        key=key,
        recipient=series.recipient,
        service=series.service,
        starts_at=series.starts_at(date),
        note=series.note,
        by=series.by,
        via=via,
    )


def _has_grant_after(series: BookingSeries, date: dt.date) -> bool:
    grants = series.recipient.grants.filter(service=series.service)
    return grants.valid_on(date).exists() or grants.filter(valid_from__gt=date).exists()


def _end(series: BookingSeries, why: BookingSeries.Ended) -> None:
    series.ended_at, series.why_ended = timezone.now(), why
    series.save(update_fields=["ended_at", "why_ended"])


def _undecided(series: BookingSeries, today: dt.date, last: dt.date) -> list[dt.date]:
    decided = set(series.dates.values_list("date", flat=True))
    return [one for one in series.dates_until(last) if one >= today and one not in decided]


def _ask_to_go_on(series: BookingSeries) -> None:
    """Ask whether the series should go on, once for each mandate that has ended."""
    today = timezone.localdate()
    soon = last_day(series.service.department, timezone.now()) + 2 * WEEK
    for date in _undecided(series, today, soon)[:1]:
        with transaction.atomic():
            _notify(
                series,
                kind=series_notices.WAITS,
                kind_for_others=series_notices.WAITS_FOR_OTHERS,
                key=f"{series.pk} {series.mandate_id}",
                expires_at=series.starts_at(date),
            )


def _notify_of_the_end(series: BookingSeries) -> None:
    _notify(
        series,
        kind=series_notices.ENDED,
        kind_for_others=series_notices.ENDED_FOR_OTHERS,
        key=str(series.pk),
        expires_at=timezone.now() + WEEK,
    )


def _notify_of_missed(series: BookingSeries, date: dt.date) -> None:
    _notify(
        series,
        kind=series_notices.MISSED,
        kind_for_others=series_notices.MISSED_FOR_OTHERS,
        key=f"{series.pk} {date}",
        facts={"date": date.isoformat()},
        expires_at=series.starts_at(date),
    )


def _notify(series: BookingSeries, **message: Any) -> None:
    notify(
        series.recipient,
        department_id=series.service.department_id,
        about_id=series.pk,
        **message,
    )
