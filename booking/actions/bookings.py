"""Book, move and cancel visits."""

import datetime as dt
import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property

from django.db import transaction
from django.db.models import ProtectedError
from django.utils import timezone

from accounts.models import User
from booking import errors, queries
from booking.actions.booking_sql import (
    Insertion,
    Known,
    insert_all,
    insertion_of,
    known_of,
    seating_of_rows,
    seats_free,
)
from booking.actions.locks import lay_out_missing, lock_query, lock_recipient, one_transaction
from booking.actions.seats import move_seats
from booking.actions.visit_requests import answer_open
from booking.calendar.offers import SlotStatus
from booking.models import Booking, BookingEvent, Grant, Recipient, Visit, VisitRequest
from booking.queries import own_choice
from booking.queries.day_seatings import day_seatings, demand_of, needs_of
from booking.queries.entitlement import Entitlement, last_day
from booking.seating.day_seating import DaySeating
from booking.seating.values import Demand, Refused, Seated, Why
from database.pipeline import Query, run_pipeline
from database.transactions import Busy, Ending
from database.versions import check_version
from departments.actions.days import bump_revision, lock_days, lock_days_and_query, revision_bumped
from departments.hours import DAY
from departments.models import Day, Service
from departments.queries.days import shifts_by_day

_Pair = tuple[uuid.UUID, dt.date]  # a department and a date


def book(
    *,
    key: uuid.UUID,
    recipient: Recipient,
    service: Service,
    starts_at: dt.datetime,
    note: str = "",
    by: User,
    via: BookingEvent.Via = BookingEvent.Via.ONLINE,
    reason: str = "",
    as_staff: bool = False,
) -> Booking:
    """Book a visit, with a seat for each carer that the service needs.

    ``key`` becomes the booking's id: the same request of the same user sent again returns the
    booking that it made, as it is now. ``reason`` is shown in the recipient's history. Who books
    ``as_staff`` need not keep the department's shortest notice, with a reason.

    Raises a ``BookingError``; ``SlotTaken`` has the nearest free times.
    """
    provenance = _Provenance(by, via, reason, as_staff)
    request = _BookingRequest(key, recipient, service, starts_at.astimezone(dt.UTC))
    try:
        with one_transaction() as ending:
            return _book(request, note, provenance, ending)
    except (errors.SlotTaken, Busy) as error:
        raise _with_alternatives(error, service, recipient, starts_at, as_staff=as_staff) from None


def move(
    *,
    booking: Booking,
    starts_at: dt.datetime,
    by: User,
    via: BookingEvent.Via = BookingEvent.Via.ONLINE,
    reason: str = "",
    as_staff: bool = False,
    version: int | None = None,
) -> Booking:
    """Move a booking to another time. Moving it to its own time changes nothing.

    The recipient's deadline and the shortest notice don't bind who moves it ``as_staff``,
    with a reason, until it is reported.

    Raises a ``BookingError``, and keeps the old seats then. Raises ``Stale`` when the user's
    page showed another time: ``version`` is the booking's ``sequence`` there.
    """
    provenance = _Provenance(by, via, reason, as_staff)
    try:
        with one_transaction() as ending:
            return _move(booking, starts_at.astimezone(dt.UTC), provenance, ending, version)
    except (errors.SlotTaken, Busy) as error:
        raise _with_alternatives(
            error,
            booking.service,
            booking.recipient,
            starts_at,
            moving=booking,
            as_staff=as_staff,
        ) from None


def cancel(
    *,
    booking: Booking,
    by: User,
    via: BookingEvent.Via = BookingEvent.Via.ONLINE,
    reason: str = "",
    as_staff: bool = False,
    version: int | None = None,
) -> Booking:
    """Cancel a booking and free its seats. Cancelling twice changes nothing.

    The recipient's deadline does not bind who cancels it ``as_staff``, with a reason, until
    it is reported. Raises ``TooLate``, ``AlreadyReported``, ``ReasonMissing``, ``TimesAreSet``
    or ``NotYoursYet``, and ``Stale`` when the user's page showed another time: ``version`` is
    the booking's ``sequence`` there.
    """
    provenance = _Provenance(by, via, reason, as_staff)
    with one_transaction():
        lock_recipient(booking.recipient_id)
        fresh = _fresh(booking)
        if fresh.status == Booking.Status.CANCELLED:
            return fresh
        check_version(fresh.sequence, version)
        now = timezone.now()
        _check_own_choice(fresh, provenance)
        if now > queries.cancel_deadline(fresh):
            provenance.check_late()
        _cancel(fresh, provenance, now)
        return fresh


def cancel_in_pause(*, bookings: Sequence[Booking], by: User) -> list[Booking]:
    """Cancel a recipient's bookings because they are away, whatever the deadlines. Returns those
    that are cancelled: one that is reported already stays.

    The caller holds the recipient's lock, and posts one message for all.
    """
    lock_days({pair for booking in bookings for pair in _days_of(booking)})  # in their order
    now = timezone.now()
    provenance = _Provenance(by, BookingEvent.Via.PAUSE, "", as_staff=False)
    cancelled = []
    for booking in bookings:
        try:
            with transaction.atomic():
                _cancel(booking, provenance, now, announced_at=now)
        except errors.AlreadyReported:
            continue
        cancelled.append(booking)
    return cancelled


def _cancel(
    booking: Booking,
    provenance: "_Provenance",
    now: dt.datetime,
    *,
    announced_at: dt.datetime | None = None,
) -> None:
    """Cancel it; ``announced_at``: its recipient need not get a message of its own. Raises
    ``AlreadyReported``."""
    days = lock_days(_days_of(booking))
    _delete_visits(booking)
    booking.status = Booking.Status.CANCELLED
    booking.cancelled_at = now
    booking.sequence += 1
    booking.save(update_fields=["status", "cancelled_at", "sequence"])
    event = _event(booking, BookingEvent.Kind.CANCELLED, provenance, old=booking.starts_at)
    event.announced_at = announced_at
    event.save()
    if provenance.as_staff:
        answer_open(booking, VisitRequest.Answer.CANCELLED, by=provenance.by)
    for day in days:
        bump_revision(day)


def _book(
    request: "_BookingRequest", note: str, provenance: "_Provenance", ending: Ending
) -> Booking:
    request_facts = {
        "service": str(request.service.pk),
        "starts_at": request.starts_at.isoformat(),
        "note": note,
    }
    known = request.known(after=[lock_query(request.recipient.pk)])
    if known.is_made:
        made = Booking.objects.get(pk=request.key)
        is_same = made.recipient_id == request.recipient.pk and made.asked == request_facts
        if not is_same or not _was_booked_by(made, provenance.by):
            raise errors.KeyReused
        return made
    now = timezone.now()
    grant = _check_entitlement(request, known, now, provenance)
    dates, demand = request.dates(known), request.demand(known)
    # Prepared before the Days are locked, so that the lock is held for a shorter time.
    booking = Booking(
        id=request.key,
        recipient=request.recipient,
        service=request.service,
        grant=grant,
        starts_at=request.starts_at,
        ends_at=request.ends_at,
        carers=request.carers,
        note=note,
        asked=request_facts,
    )
    event = _event(booking, BookingEvent.Kind.BOOKED, provenance, new=request.starts_at)
    rows = [insertion_of(booking), insertion_of(event)]
    placement = _find_seats(request, demand, _lock(request, demand, dates), now)
    move_seats(placement.seated.moved)
    revision_bumped(placement.day)
    ending.finish_with(insert_all([*rows, *_visits(placement, booking, request)], placement.day))
    booking.is_new = True
    return booking


def _move(
    booking: Booking,
    starts_at: dt.datetime,
    provenance: "_Provenance",
    ending: Ending,
    version: int | None,
) -> Booking:
    lock_recipient(booking.recipient_id)
    fresh = _fresh(booking)
    if fresh.status == Booking.Status.CANCELLED:
        raise errors.TooLate
    if fresh.starts_at == starts_at:
        return fresh
    check_version(fresh.sequence, version)
    now = timezone.now()
    if now > queries.change_deadline(fresh):
        provenance.check_late()
    request = _BookingRequest(fresh.pk, fresh.recipient, fresh.service, starts_at, moving=fresh)
    known = request.known()
    grant = _check_entitlement(request, known, now, provenance)
    _check_own_choice(fresh, provenance)
    dates, demand = request.dates(known), request.demand(known)
    left = _days_of(fresh)
    days = _lock(request, demand, dates, also=left)
    placement = _find_seats(request, demand, days, now)
    _delete_visits(fresh)
    move_seats(placement.seated.moved)
    old = fresh.starts_at
    fresh.starts_at, fresh.ends_at, fresh.grant = request.starts_at, request.ends_at, grant
    fresh.sequence += 1
    fresh.save(update_fields=["starts_at", "ends_at", "grant", "sequence"])
    event = _event(fresh, BookingEvent.Kind.MOVED, provenance, old=old, new=request.starts_at)
    if provenance.as_staff:
        answer_open(fresh, VisitRequest.Answer.MOVED, by=provenance.by)
    for day in days.all:
        if day.pk != placement.day.pk and (day.department_id, day.date) in left:
            bump_revision(day)
    revision_bumped(placement.day)
    ending.finish_with(
        insert_all([*_visits(placement, fresh, request), insertion_of(event)], placement.day)
    )
    return fresh


# -- The request ---------------------------------------------------------------


@dataclass(frozen=True)
class _Provenance:
    """Who does it, by which channel, and why; and whether as staff for the recipient."""

    by: User
    via: BookingEvent.Via
    reason: str
    as_staff: bool

    def check_late(self) -> None:
        """Only staff may act after a deadline or at short notice, and with a reason.

        Raises ``TooLate`` or ``ReasonMissing``.
        """
        if not self.as_staff:
            raise errors.TooLate
        if not self.reason.strip():
            raise errors.ReasonMissing


def _was_booked_by(booking: Booking, by: User) -> bool:
    return booking.events.filter(kind=BookingEvent.Kind.BOOKED, by=by).exists()


@dataclass(frozen=True)
class _BookingRequest:
    """A service at a time, under the key that the booking has or gets. A booking that moves
    keeps its own length and number of carers."""

    key: uuid.UUID
    recipient: Recipient
    service: Service
    starts_at: dt.datetime
    moving: Booking | None = None

    @property
    def seconds(self) -> int:
        return 60 * (self.moving or self.service).minutes

    @property
    def carers(self) -> int:
        return (self.moving or self.service).carers

    @cached_property
    def ends_at(self) -> dt.datetime:
        return self.starts_at + dt.timedelta(seconds=self.seconds)

    @cached_property
    def date(self) -> dt.date:
        return timezone.localdate(self.starts_at)

    @property
    def start(self) -> int:
        return int(self.starts_at.timestamp())

    @property
    def is_on_grid(self) -> bool:
        return not self.starts_at.timestamp() % (60 * self.service.department.slot_minutes)

    def known(self, after: Sequence[Query] = ()) -> Known:
        return known_of(
            self.recipient,
            self.service,
            self.key,
            self.starts_at,
            self.ends_at,
            self.date,
            after=after,
        )

    def demand(self, known: Known) -> Demand:
        return demand_of(self.service, known.needs, self.moving)

    def dates(self, known: Known) -> Sequence[dt.date]:
        """The dates of the Days whose shifts could take the visit: its own, and the one before
        when a night shift lasts until then. A past Day that was never laid out has none."""
        before = self.date - DAY
        has_night = known.has_night
        if has_night is None and before >= timezone.localdate():
            facts = shifts_by_day(self.service.department, [before])[before]
            ends = self.start + self.seconds
            has_night = any(fact.starts <= self.start and ends <= fact.ends for fact in facts)
        return [before, self.date] if has_night else [self.date]


def _check_entitlement(
    request: _BookingRequest, known: Known, now: dt.datetime, provenance: _Provenance
) -> Grant:
    """The grant that the visit is charged to. The caller has locked the recipient.

    Raises ``NotOpen``, ``OutsideHorizon``, ``ReasonMissing`` and what ``errors.error_of``
    returns.
    """
    service, department = request.service, request.service.department
    if not (department.is_open and service.is_active):
        raise errors.NotOpen
    if request.date > last_day(department, now):
        raise errors.OutsideHorizon(last_day(department, now))
    entitlement = Entitlement.known(
        service,
        known.grants,
        known.own,
        now,
        pauses=known.pauses,
        moving=request.moving,
        as_staff=provenance.as_staff,
    )
    ends = request.start + request.seconds
    obstacle = entitlement.obstacle(request.start, ends, request.date)
    if obstacle:
        raise errors.error_of(obstacle, entitlement.balance(request.date))
    if request.start < entitlement.notice_ends or entitlement.breaks_agreement(
        request.start, ends, request.date
    ):
        provenance.check_late()
    grant = entitlement.grant(request.date)
    assert grant is not None
    return grant


def _check_own_choice(booking: Booking, provenance: _Provenance) -> None:
    """Only staff move and cancel a visit whose time is not the person's to choose.

    Raises ``TimesAreSet`` or ``NotYoursYet``.
    """
    if provenance.as_staff:
        return
    if refused := own_choice.refusal_of_booking(booking):
        raise errors.error_of(refused)


# -- Seats ------------------------------------------------------------------------


@dataclass(frozen=True)
class _Days:
    """The Days that are locked. ``offering`` are those that could take the visit, with the
    seats that are free then without moving others."""

    all: Sequence[Day]
    offering: Sequence[tuple[Day, DaySeating]]


@dataclass(frozen=True)
class _Placement:
    day: Day
    seated: Seated


def _lock(
    request: _BookingRequest,
    demand: Demand,
    dates: Sequence[dt.date],
    *,
    also: Collection[_Pair] = (),
) -> _Days:
    """Lock the service's Days of these dates, and ``also`` other Days; read the free seats in
    the same round trip."""
    if not request.is_on_grid:
        raise errors.NoSuchSlot
    department = request.service.department
    seat_queries = [
        seats_free(department, date, demand, request.starts_at, request.key) for date in dates
    ]
    pairs = [(department.pk, date) for date in dates]
    days, rows = lock_days_and_query([*pairs, *also], *seat_queries)
    its_days = [day for day in days if (day.department_id, day.date) in pairs]
    if lay_out_missing(its_days, department):
        rows = run_pipeline(*seat_queries)
    if not all(day.takes_bookings for day in its_days if day.date == request.date):
        raise errors.NoSuchSlot
    seatings = zip(its_days, map(seating_of_rows, rows), strict=True)
    return _Days(days, [(day, seating) for day, seating in seatings if day.takes_bookings])


def _find_seats(
    request: _BookingRequest, demand: Demand, days: _Days, now: dt.datetime
) -> _Placement:
    """Seats on one of the locked Days. Whole days are read only when no seat is free without
    moving other visits."""
    for day, seating in days.offering:
        directly = seating.seat(demand, request.start)
        if isinstance(directly, Seated):
            return _Placement(day, directly)
    offering = [day for day, _ in days.offering]
    seatings = day_seatings(
        offering, needs_of(request.service.department), now=now, without=request.moving
    )
    reasons: list[Refused] = []
    for day in offering:
        answer = seatings[day.pk].seat(demand, request.start)
        if isinstance(answer, Seated):
            return _Placement(day, answer)
        reasons.append(answer)
    taken = [reason for reason in reasons if reason.why is not Why.NOBODY_ON]
    if not taken:
        raise errors.NoSuchSlot
    raise errors.SlotTaken(reason=taken[-1])


def _visits(placement: _Placement, booking: Booking, request: _BookingRequest) -> list[Insertion]:
    travel = dt.timedelta(minutes=request.service.department.travel_minutes)
    return [
        insertion_of(
            Visit(
                booking=booking,
                day=placement.day,
                shift_id=shift_id,
                starts_at=request.starts_at,
                ends_at=request.ends_at,
                occupied_until=request.ends_at + travel,
            )
        )
        for shift_id in placement.seated.seats
    ]


def _with_alternatives(
    error: errors.SlotTaken | Busy,
    service: Service,
    recipient: Recipient,
    wanted: dt.datetime,
    *,
    moving: Booking | None = None,
    as_staff: bool,
) -> errors.SlotTaken | Busy:
    """The error with the nearest free times of all days that can be booked. ``Busy`` becomes
    ``SlotTaken`` when the slot was taken while we waited: trying again would not help."""
    now = timezone.now()
    today = timezone.localdate(now)
    days = (last_day(service.department, now) - today).days
    offer = queries.offer(
        service=service,
        recipient=recipient,
        dates=[today + n * DAY for n in range(days + 1)],
        now=now,
        moving=moving,
        as_staff=as_staff,
    )
    shown = [queries.slot_at(day, wanted) for day in offer]
    is_free = any(slot and slot.status is SlotStatus.FREE for slot in shown)
    if isinstance(error, Busy):
        if is_free:
            return error
        error = errors.SlotTaken()
    error.alternatives = queries.nearest_free(offer, wanted)
    return error


# -- The stored booking -----------------------------------------------------------


def _fresh(booking: Booking) -> Booking:
    """The booking read again, after its recipient was locked."""
    related = ["service__department", "recipient", "grant"]
    return Booking.objects.select_related(*related).get(pk=booking.pk)


def _days_of(booking: Booking) -> Collection[_Pair]:
    return set(booking.visits.values_list("day__department_id", "day__date"))


def _delete_visits(booking: Booking) -> None:
    """Delete the booking's visits. The caller has locked their Days.

    Raises ``AlreadyReported``.
    """
    # Locked first: a report locks its visit, so none is made between the check and the end.
    list(booking.visits.select_for_update().values_list("pk"))
    try:
        booking.visits.all().delete()
    except ProtectedError:
        raise errors.AlreadyReported from None


def _event(
    booking: Booking,
    kind: BookingEvent.Kind,
    provenance: _Provenance,
    *,
    old: dt.datetime | None = None,
    new: dt.datetime | None = None,
) -> BookingEvent:
    return BookingEvent(
        booking=booking,
        kind=kind,
        by=provenance.by,
        via=provenance.via,
        reason=provenance.reason,
        from_starts_at=old,
        to_starts_at=new,
    )
