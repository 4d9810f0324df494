"""Pause a recipient's help while they are away, and take it up again.

Locks: the recipient, then the Days of all visits that are cancelled. What comes back when a
pause ends is booked afterwards, each visit in its own transaction like a date of a series.
"""

import datetime as dt
import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import actions as accounts_actions
from accounts.models import User
from booking import errors
from booking.actions.agreed_times import keep_for
from booking.actions.announcements import notify
from booking.actions.bookings import book, cancel_in_pause, keep_again_on_commit
from booking.actions.locks import lock_recipient, one_transaction
from booking.actions.patterns import plan_date_again, plan_patterns_of
from booking.actions.series import book_what_is_near, rebook_date
from booking.models import (
    Booking,
    BookingEvent,
    BookingSeries,
    Grant,
    Mandate,
    PatternDate,
    Pause,
    Recipient,
    SeriesDate,
    Visit,
)
from booking.notices import pauses as notices
from booking.queries.grants import kind_of_booking
from booking.queries.local_time import midnight
from booking.queries.pauses import (
    coming_back,
    departments_of_pause,
    paused_visits,
    visits_of_pause,
)
from database.transactions import Busy
from database.versions import Stale, check_version
from departments.hours import DAY
from departments.models import Employee, KindOfTime

SetVisits = Pause.SetVisits
NEWS_FOR = dt.timedelta(days=7)  # after that a message is of no use


@dataclass(frozen=True)
class Resumed:
    """What became of the visits that a pause had cancelled and whose time has not come:
    those that are booked again, and the others."""

    back: Sequence[Booking]
    rest: Sequence[Booking]


def pause(
    *,
    key: uuid.UUID,
    recipient: Recipient,
    first_day: dt.date,
    last_day: dt.date | None,
    by: User,
    mandate: Mandate | None = None,
    as_staff: bool = False,
    stops_set_visits: bool = False,
) -> Pause:
    """Cancel the visits of these days and book no more, until ``last_day`` or further notice.

    Visits at times that the municipality sets stand. ``as_staff`` may stop them too
    (``stops_set_visits``); others ask for that, and staff answer. ``key`` is the form's
    idempotency key and becomes the id; ``mandate`` is that of a user who acts for the recipient.

    Raises ``PauseOverlaps``, and ``KeyReused`` for the key of another's pause.
    """
    with one_transaction():
        lock_recipient(recipient.pk)
        if made := Pause.objects.filter(pk=key).first():
            if made.recipient_id != recipient.pk or made.by_id != by.pk:
                raise errors.KeyReused
            return made
        now = timezone.now()
        visits = paused_visits(recipient, first_day, last_day, now)
        pause = Pause.objects.create(
            pk=key,
            recipient=recipient,
            first_day=first_day,
            last_day=last_day,
            set_visits=_set_visits(
                visits.has_set_grant, as_staff=as_staff, stops=stops_set_visits
            ),
            by=by,
            mandate=mandate,
            is_by_staff=as_staff,
            confirmed_at=now if as_staff else None,
        )
        stop_visits(
            pause, [*visits.cancelled, *(visits.standing if pause.stops_set_visits else ())], by
        )
        _record("pause", pause, by)
        keep_again_on_commit(recipient.pk)
        _notify_of(pause, notices.BEGUN, by)
        if not as_staff and (mandate or pause.waits_for_answer):
            _notify_administrators(pause)
    return pause


def answer_set_visits(*, pause: Pause, stops: bool, by: User, version: int | None = None) -> None:
    """Staff stop the visits at set times on the days of a pause, or let them stand. Giving the
    same answer twice changes nothing. Raises ``Stale`` when the pause has ended, or has the other
    answer."""
    with one_transaction():
        lock_recipient(pause.recipient_id)
        fresh = _fresh(pause)
        if not fresh.waits_for_answer:
            if fresh.is_ended or fresh.stops_set_visits != stops:
                raise Stale
            return
        check_version(fresh.version, version)
        now = timezone.now()
        fresh.set_visits = SetVisits.STOPPED if stops else SetVisits.STAND
        fresh.confirmed_at = now
        fresh.version += 1
        if stops:
            stop_visits(fresh, visits_of_pause(fresh, now).standing, by)
        fresh.save(update_fields=["set_visits", "confirmed_at", "version"])
        if stops:
            _record("stop_set_visits", fresh, by)
            _notify_of(fresh, notices.STOPPED, by)
        else:
            _record("keep_set_visits", fresh, by)
            _notify_of(fresh, notices.STANDS, by)


def confirm_pause(*, pause: Pause, by: User) -> None:
    """Record that staff have looked at the pause and leave it as it is. Doing it twice within
    an hour records it once."""
    with one_transaction():
        lock_recipient(pause.recipient_id)
        fresh = _fresh(pause)
        now = timezone.now()
        if fresh.confirmed_at is None or fresh.confirmed_at < now - dt.timedelta(hours=1):
            _record("confirm_pause", fresh, by)
        fresh.confirmed_at = now
        fresh.save(update_fields=["confirmed_at"])


def end_pause(
    *, pause: Pause, by: User, as_staff: bool = False, reopens: Collection[Pause] = ()
) -> Resumed:
    """The recipient is at home again. Visits of series and at set times come back where there
    is a seat; the others can be booked again. Ending it twice changes nothing more.

    ``reopens`` are pauses that this one had replaced: they stand again, and nobody gets the
    message that the help goes on."""
    with one_transaction():
        lock_recipient(pause.recipient_id)
        fresh = _fresh(pause)
        is_new = fresh.ended_at is None and fresh.recipient.departed_at is None
        if is_new:
            fresh.ended_at = timezone.now()
            if as_staff:
                fresh.confirmed_at = fresh.ended_at
            fresh.version += 1
            fresh.save(update_fields=["ended_at", "confirmed_at", "version"])
            Pause.objects.filter(pk__in=[one.pk for one in reopens]).update(ended_at=None)
            _record("end_pause", fresh, by)
    if not is_new:
        return Resumed([], coming_back(fresh, timezone.now()))
    resumed = _take_up(fresh, by)
    keep_for(recipient_id=fresh.recipient_id)
    with one_transaction():
        lock_recipient(fresh.recipient_id)
        Pause.objects.filter(pk=fresh.pk).update(cancelled=[one.pk for one in resumed.rest])
        if not reopens:
            _notify_of(fresh, notices.ENDED, by)
    return resumed


def _set_visits(has_set_grant: bool, *, as_staff: bool, stops: bool) -> SetVisits:
    if as_staff:
        return SetVisits.STOPPED if stops else SetVisits.STAND
    return SetVisits.WAITING if has_set_grant else SetVisits.STAND


def stop_visits(pause: Pause, bookings: Sequence[Booking], by: User) -> None:
    """Cancel the bookings, remember them, and tell today's carers."""
    now = timezone.now()
    today = Visit.objects.filter(
        booking__in=bookings,
        shift__person__isnull=False,
        starts_at__lt=midnight(timezone.localdate(now) + DAY),
    ).select_related("shift__person", "day")
    carers = {(visit.shift.person, visit.day.department_id) for visit in today if visit.shift}
    cancelled = cancel_in_pause(bookings=bookings, by=by)
    pause.cancelled = [*pause.cancelled, *(one.pk for one in cancelled)]
    pause.save(update_fields=["cancelled"])
    for carer, department_id in sorted(carers, key=lambda one: str(one[0].pk if one[0] else "")):
        accounts_actions.post(
            kind=notices.CARER,
            key=f"{pause.pk} {len(pause.cancelled)}",
            to=carer,
            about_id=department_id,
            expires_at=midnight(timezone.localdate(now) + DAY),
        )


def _take_up(pause: Pause, by: User) -> Resumed:
    """Book again what comes back by itself: visits at set times, and those of series."""
    back: list[Booking] = []
    rest: list[Booking] = []
    for booking in coming_back(pause, timezone.now()):
        again = _book_again(pause, booking, by)
        (back if again else rest).append(again or booking)
    running = BookingSeries.objects.running().filter(recipient=pause.recipient_id)
    for series in running.select_related("service__department", "recipient__user", "mandate"):
        if not series.waits(timezone.localdate()):
            book_what_is_near(series=series)
    plan_patterns_of(recipient=pause.recipient)
    return Resumed(back, rest)


def _book_again(pause: Pause, booking: Booking, by: User) -> Booking | None:
    """None when it stays cancelled: it was a single visit, or its time is not free any more."""
    key = uuid.uuid5(pause.pk, str(booking.pk))
    date = SeriesDate.objects.filter(booking=booking).select_related("series").first()
    if date is not None:
        return rebook_date(date=date, key=key)
    planned = PatternDate.objects.filter(booking=booking).select_related("pattern").first()
    if planned is not None:
        return plan_date_again(pattern_date=planned)
    if kind_of_booking(booking) != KindOfTime.SET:
        return None
    try:
        return book(
            key=key,
            recipient=booking.recipient,
            service=booking.service,
            starts_at=booking.starts_at,
            note=booking.note,
            by=by,
            via=BookingEvent.Via.PAUSE,
            reason=_("At home again."),
            as_staff=True,
        )
    except (errors.BookingError, Busy):
        return None


def _fresh(pause: Pause) -> Pause:
    """The pause read again, after its recipient was locked."""
    return Pause.objects.select_related("recipient__user").get(pk=pause.pk)


def _record(verb: str, pause: Pause, by: User) -> None:
    accounts_actions.record(
        verb,
        by=by,
        department_id=_department_id(pause),
        subject_id=pause.recipient_id,
        of=pause,
        after={"first_day": pause.first_day, "last_day": pause.last_day},
    )


def _department_id(pause: Pause) -> uuid.UUID | None:
    """The department of the grant that lasts the longest: it prints letters."""
    grants = Grant.objects.filter(recipient=pause.recipient_id).select_related("service")
    found = grants.order_by(F("valid_until").desc(nulls_first=True), "-valid_from").first()
    return found.service.department_id if found else None


def _notify_of(pause: Pause, kind: str, by: User) -> None:
    """Tell the recipient and the holders who get messages."""
    is_own = by.pk == pause.recipient.user_id
    department_id = _department_id(pause)
    if department_id is None:
        return
    notify(
        pause.recipient,
        department_id=department_id,
        kind=kind if is_own else notices.by_others(kind),
        kind_for_others=notices.for_others(kind),
        key=f"{kind} {pause.pk}",
        about_id=pause.pk,
        expires_at=timezone.now() + NEWS_FOR,
    )


def _notify_administrators(pause: Pause) -> None:
    """Tell the departments of the recipient, the same day."""
    today = timezone.localdate()
    administrators = Employee.objects.active(today).administrators()
    for department in departments_of_pause(pause, today):
        for employee in administrators.filter(department=department).select_related("person"):
            accounts_actions.post(
                kind=notices.DEPARTMENT,
                key=str(pause.pk),
                to=employee.person,
                about_id=department.pk,
                facts={"pause": str(pause.pk)},
                expires_at=timezone.now() + NEWS_FOR,
            )
