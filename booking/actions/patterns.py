"""Patterns: plan visits on the same weekdays and times, change and end that; and, every hour,
book the times that the horizon has reached.

Patterns reach one day further than the horizon, so that their visits are seated before a day
opens for others. A time that can't be booked stands as not planned for the department, and is
tried again every hour and when its day is laid out again.

Locks: the recipient, the pattern, then the Days. Each time has its own transaction, so that a
run that was interrupted continues where it stopped.
"""

import contextlib
import datetime as dt
import logging
import uuid
from collections.abc import Collection, Sequence
from typing import TypedDict, Unpack

from django.dispatch import Signal
from django.utils import timezone

from accounts import actions as accounts_actions
from accounts.models import User
from booking import errors
from booking.actions.announcements import notify
from booking.actions.bookings import book, cancel_of_pattern
from booking.actions.locks import lock_recipient, one_transaction
from booking.models import Booking, BookingEvent, Pattern, PatternDate, PatternTime, Recipient
from booking.notices import patterns as notices
from booking.queries.patterns import rows_ahead, running_patterns, times_to_plan
from database.transactions import Busy
from database.versions import check_version
from departments.hours import DAY, WEEK
from departments.models import Day, Service

# Sent after commit, with ``day_id``, when what is not planned on a Day may be possible now.
day_to_plan = Signal()

log = logging.getLogger(__name__)

Why = PatternDate.Why

WHY: dict[type[errors.BookingError], Why] = {
    errors.NoSuchSlot: Why.CLOSED,
    errors.OverlapsOwn: Why.OWN,
    errors.OverQuota: Why.ALL_USED,
    errors.NotGranted: Why.NOT_GRANTED,
    errors.NotOpen: Why.NOT_OPEN,
    errors.Paused: Why.PAUSED,
}


class PatternTerms(TypedDict):
    weekdays: Sequence[int]
    times: Sequence[dt.time]
    every_n_weeks: int
    first_date: dt.date
    last_date: dt.date | None


def plan_pattern(
    *,
    key: uuid.UUID,
    recipient: Recipient,
    service: Service,
    by: User,
    **terms: Unpack[PatternTerms],
) -> Pattern:
    """Plan visits by a pattern. The recipient gets one message. ``key`` is the form's
    idempotency key and becomes the id. Raises ``KeyReused``."""
    with one_transaction():
        lock_recipient(recipient.pk)
        if made := Pattern.objects.filter(pk=key).first():
            return _checked(made, recipient, by)
        made = Pattern.objects.create(pk=key, recipient=recipient, service=service, by=by, **terms)
        _record("plan_pattern", made, by)
        _notify_of(made)
    plan_near(pattern=made)
    return made


def change_pattern(
    *,
    pattern: Pattern,
    key: uuid.UUID,
    by: User,
    version: int | None = None,
    **terms: Unpack[PatternTerms],
) -> Pattern:
    """End a pattern the day before ``first_date``, and plan by the new terms from then on.

    Visits at times that the new one has too are kept; the others are cancelled, and the
    recipient gets one message about all. ``key`` becomes the id of the new pattern.

    Raises ``KeyReused``, and ``Stale`` when the pattern has another version than the user's
    page showed.
    """
    with one_transaction():
        lock_recipient(pattern.recipient_id)
        if made := Pattern.objects.filter(pk=key).first():
            return _checked(made, pattern.recipient, by)
        old = _lock(pattern)
        check_version(old.version, version)
        new = Pattern.objects.create(
            pk=key, recipient=old.recipient, service=old.service, by=by, **terms
        )
        _end_before(old, new.first_date)
        _hand_over(old, new, by)
        _record("change_pattern", new, by)
        _notify_of(new)
    plan_near(pattern=new)
    return new


def end_pattern(
    *, pattern: Pattern, last_date: dt.date | None, by: User, version: int | None = None
) -> None:
    """Set the pattern's last date, or None for until further notice.

    Its visits after that date are cancelled, and the recipient gets one message about all. A
    last date before the first one withdraws the whole pattern. Raises ``Stale``.
    """
    with one_transaction():
        lock_recipient(pattern.recipient_id)
        fresh = _lock(pattern)
        if last_date is not None:
            last_date = max(last_date, fresh.first_date - DAY)
        if fresh.last_date == last_date:
            return
        check_version(fresh.version, version)
        fresh.last_date = last_date
        fresh.version += 1
        fresh.save(update_fields=["last_date", "version"])
        if last_date is not None:
            now = timezone.now()
            _drop([row for row in rows_ahead(fresh, now) if row.date > last_date], by)
        _record("end_pattern", fresh, by)
        _notify_of(fresh)
    plan_near(pattern=fresh)


def leave_out(*, pattern_date: PatternDate, by: User) -> None:
    """Staff decide that a time that is not planned need not take place, or is arranged in
    another way: it is not tried again. Doing it twice changes nothing."""
    with one_transaction():
        pattern = _lock(pattern_date.pattern)
        row = PatternDate.objects.get(pk=pattern_date.pk)
        if row.booking_id is None and row.left_out_at is None:
            row.left_out_at = timezone.now()
            row.save(update_fields=["left_out_at"])
            _record("leave_out", pattern, by, row.date)


def take_back_left_out(*, pattern_date: PatternDate, by: User) -> None:
    """The time is to be planned after all: it is tried at once."""
    with one_transaction():
        pattern = _lock(pattern_date.pattern)
        row = PatternDate.objects.get(pk=pattern_date.pk)
        if row.left_out_at is None:
            return
        row.left_out_at = None
        row.save(update_fields=["left_out_at"])
        _record("take_back_left_out", pattern, by, row.date)
    plan_near(pattern=pattern)


def plan_all_patterns() -> None:
    """Plan the times that the horizon has reached, and try again what is not planned. Runs every
    hour; running it twice, or at the same time, does no harm."""
    for pattern in running_patterns(timezone.localdate()):
        _plan_safely(pattern)


def plan_patterns_of(*, recipient: Recipient) -> None:
    for pattern in running_patterns(timezone.localdate()).filter(recipient=recipient):
        _plan_safely(pattern)


def plan_missing(*, day_id: int) -> None:
    """Try again what is not planned on a Day, whose shifts have changed."""
    day = Day.objects.get(pk=day_id)
    here = running_patterns(day.date).filter(service__department=day.department_id)
    rows = PatternDate.objects.missing().filter(date__in=[day.date, day.date + DAY])
    for pattern in here.filter(dates__in=rows).distinct():
        _plan_safely(pattern)


def plan_near(*, pattern: Pattern) -> None:
    """Book each time that the horizon has reached, or record why it is not planned; forget
    what was not planned and is not wanted any more."""
    now = timezone.now()
    wanted = times_to_plan(pattern, now)
    rows = {row.at: row for row in rows_ahead(pattern, now)}
    for at in wanted:
        row = rows.pop(at, None)
        if row is None or (row.booking_id is None and row.left_out_at is None):
            with contextlib.suppress(Busy):  # the next run tries it again
                _plan(pattern, at)
    unwanted = [row.pk for row in rows.values() if row.booking_id is None]
    pattern.dates.filter(pk__in=unwanted, booking=None).delete()


def plan_date_again(*, pattern_date: PatternDate) -> Booking | None:
    """Book a time again that a pause had cancelled. When that can't be done now it is not
    planned, and tried again; returns None."""
    return _plan(pattern_date.pattern, pattern_date.at, again=True)


def _plan_safely(pattern: Pattern) -> None:
    try:
        plan_near(pattern=pattern)
    except Exception as error:  # the other patterns must go on
        log.error("pattern %s: %s", pattern.pk, type(error).__name__)


def _plan(pattern: Pattern, at: PatternTime, *, again: bool = False) -> Booking | None:
    with one_transaction():
        lock_recipient(pattern.recipient_id)
        fresh = _lock(pattern)
        if at not in fresh.times_between(at.date, at.date):
            return None
        row, is_new = fresh.dates.get_or_create(date=at.date, time=at.time)
        if row.left_out_at is not None or (row.booking_id is not None and not again):
            return None
        booking, why = _try(fresh, at)
        if is_new or booking or again or why != row.why:
            row.booking, row.why = booking, why
            row.save(update_fields=["booking", "why"])
        return booking


def _try(pattern: Pattern, at: PatternTime) -> tuple[Booking | None, str]:
    """The booking, or why there is none."""
    try:
        booking = book(
            key=uuid.uuid4(),  # the pattern's lock keeps it from being made twice
            recipient=pattern.recipient,
            service=pattern.service,
            starts_at=at.starts_at,
            by=pattern.by,
            via=BookingEvent.Via.PATTERN,
            as_staff=True,
        )
    except Busy:
        return None, Why.BUSY
    except errors.BookingError as error:
        return None, WHY.get(type(error), Why.BUSY)
    return booking, ""


def _checked(made: Pattern, recipient: Recipient, by: User) -> Pattern:
    if made.recipient_id != recipient.pk or made.by_id != by.pk:
        raise errors.KeyReused
    return made


def _lock(pattern: Pattern) -> Pattern:
    return (
        Pattern.objects.select_for_update(of=("self",))
        .select_related("recipient__user", "service__department", "by")
        .get(pk=pattern.pk)
    )


def _end_before(pattern: Pattern, date: dt.date) -> None:
    last = max(date, pattern.first_date) - DAY
    pattern.last_date = last if pattern.last_date is None else min(last, pattern.last_date)
    pattern.version += 1
    pattern.save(update_fields=["last_date", "version"])


def _hand_over(old: Pattern, new: Pattern, by: User) -> None:
    """Give the times from the new pattern's first date on to it; drop those that it has not."""
    now = timezone.now()
    rows = [row for row in rows_ahead(old, now) if row.date >= new.first_date]
    wanted = set(times_to_plan(new, now))
    kept = [row.pk for row in rows if row.at in wanted]
    PatternDate.objects.filter(pk__in=kept).update(pattern=new)
    _drop([row for row in rows if row.at not in wanted], by)


def _drop(rows: Collection[PatternDate], by: User) -> None:
    """Cancel the visits at these times, and forget the times."""
    ids = [row.booking_id for row in rows if row.booking_id]
    bookings = Booking.objects.confirmed().filter(pk__in=ids).select_related("recipient")
    cancel_of_pattern(bookings=list(bookings), by=by)
    PatternDate.objects.filter(pk__in=[row.pk for row in rows]).delete()


def _record(verb: str, pattern: Pattern, by: User, date: dt.date | None = None) -> None:
    accounts_actions.record(
        verb,
        by=by,
        department_id=pattern.service.department_id,
        subject_id=pattern.recipient_id,
        of=pattern,
        after={
            "name": pattern.service.name,
            "weekdays": list(pattern.weekdays),
            "times": [f"{time:%H:%M}" for time in pattern.times],
            "every_n_weeks": pattern.every_n_weeks,
            "first_date": pattern.first_date,
            "last_date": pattern.last_date,
            **({"date": date} if date else {}),
        },
    )


def _notify_of(pattern: Pattern) -> None:
    notify(
        pattern.recipient,
        kind=notices.PLANNED,
        kind_for_others=notices.PLANNED_FOR_OTHERS,
        key=f"{pattern.pk} {pattern.version}",
        department_id=pattern.service.department_id,
        about_id=pattern.pk,
        expires_at=timezone.now() + WEEK,
    )
