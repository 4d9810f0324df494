"""Book, move and cancel visits; keep seats for agreed times, and release them."""

import datetime as dt
import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property, partial

from django.db import transaction
from django.db.models import ProtectedError
from django.dispatch import Signal
from django.utils import timezone

from accounts.models import User
from booking import errors, queries
from booking.actions.booking_sql import (
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
from booking.models import (
    AgreedDate,
    Booking,
    BookingEvent,
    Grant,
    Recipient,
    Visit,
    VisitRequest,
)
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
from departments.models import Day, Service, Shift
from departments.queries.days import shifts_by_day

# Sent after commit, with ``recipient_id``, when other agreed times may be kept than before.
choices_changed = Signal()

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

    A visit ``via`` a pattern is booked without a seat when nobody is free then, and also on the
    day that opens next. Its recipient gets a message about the pattern, not about each visit.

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
        if fresh.status != Booking.Status.BOOKED:
            return fresh
        check_version(fresh.sequence, version)
        now = timezone.now()
        _check_own_choice(fresh, provenance)
        if now > queries.cancel_deadline(fresh):
            provenance.check_late()
        _cancel(fresh, provenance, now)
        if hasattr(fresh, "agreed_date"):
            keep_again_on_commit(fresh.recipient_id)
        return fresh


def keep_seat(
    *,
    recipient: Recipient,
    service: Service,
    grant: Grant,
    starts_at: dt.datetime,
    now: dt.datetime,
) -> Booking:
    """Keep seats for an agreed time. The booking is on no list and counts in no quota until
    ``book_kept``. The caller has a transaction and holds the recipient's lock.

    Raises ``NotOpen``, ``OverlapsOwn``, ``SlotTaken`` or ``NoSuchSlot``.
    """
    if not (service.department.is_open and service.is_active):
        raise errors.NotOpen
    request = _BookingRequest(uuid.uuid4(), recipient, service, starts_at)
    known = request.known()
    ends = request.start + request.seconds
    if any(one.starts < ends and one.ends > request.start for one in known.own):
        raise errors.OverlapsOwn
    dates, demand = request.dates(known), request.demand(known)
    placement = _find_seats(request, demand, _lock(request, demand, dates), now)
    if placement.day.is_settled:
        raise errors.NoSuchSlot
    booking = Booking.objects.create(
        id=request.key,
        recipient=recipient,
        service=service,
        grant=grant,
        starts_at=request.starts_at,
        ends_at=request.ends_at,
        carers=request.carers,
        status=Booking.Status.KEPT,
    )
    move_seats(placement.seated.moved)
    Visit.objects.bulk_create(_visits(placement, booking, request))
    bump_revision(placement.day)
    return booking


def release_kept(bookings: Collection[Booking]) -> None:
    """Give the seats of kept bookings back. The caller holds the recipient's lock."""
    pairs = {pair for booking in bookings for pair in _days_of(booking)}
    days = lock_days(pairs) if pairs else []
    Booking.objects.filter(pk__in=[one.pk for one in bookings]).delete()
    for day in days:
        bump_revision(day)


def book_kept(booking: Booking, *, by: User) -> None:
    """The agreed time becomes an ordinary booking, and the recipient gets a message. ``by`` is
    who agreed it with them. The caller holds the recipient's lock."""
    days = lock_days(_days_of(booking))
    booking.status = Booking.Status.BOOKED
    booking.save(update_fields=["status"])
    provenance = _Provenance(by, BookingEvent.Via.AGREED, "", as_staff=True)
    _event(booking, BookingEvent.Kind.BOOKED, provenance, new=booking.starts_at).save()
    for day in days:
        bump_revision(day)


def cancel_in_pause(*, bookings: Sequence[Booking], by: User) -> list[Booking]:
    """Cancel a recipient's bookings because they are away, whatever the deadlines. Returns those
    that are cancelled: one that is reported already stays.

    The caller holds the recipient's lock, and posts one message for all.
    """
    return _cancel_all(bookings, _Provenance(by, BookingEvent.Via.PAUSE, "", as_staff=False))


def cancel_of_pattern(*, bookings: Sequence[Booking], by: User) -> list[Booking]:
    """Cancel bookings that a pattern has no more. Otherwise as ``cancel_in_pause``."""
    return _cancel_all(bookings, _Provenance(by, BookingEvent.Via.PATTERN, "", as_staff=True))


def _cancel_all(bookings: Sequence[Booking], provenance: "_Provenance") -> list[Booking]:
    lock_days({pair for booking in bookings for pair in _days_of(booking)})  # in their order
    now = timezone.now()
    cancelled = []
    for booking in bookings:
        try:
            with transaction.atomic():
                _cancel(booking, provenance, now)
        except errors.AlreadyReported:
            continue
        cancelled.append(booking)
    return cancelled


def _cancel(booking: Booking, provenance: "_Provenance", now: dt.datetime) -> None:
    """Raises ``AlreadyReported``."""
    days = lock_days(_days_of(booking))
    _delete_visits(booking)
    booking.status = Booking.Status.CANCELLED
    booking.cancelled_at = now
    booking.sequence += 1
    booking.save(update_fields=["status", "cancelled_at", "sequence"])
    _event(booking, BookingEvent.Kind.CANCELLED, provenance, old=booking.starts_at).save()
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
    grant, replaced = _check_entitlement(request, known, now, provenance)
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
    left = _days_of(replaced) if replaced else ()
    days = _lock(request, demand, dates, also=left, without=replaced)
    try:
        placement = _find_seats(request, demand, days, now, without=replaced)
    except (errors.SlotTaken, errors.NoSuchSlot):
        if not provenance.is_by_pattern:
            raise
        placement = _without_seat(request, days)
    if replaced:
        _take_place(replaced, booking, days, left, placement)
    move_seats(placement.seated.moved)
    revision_bumped(placement.day)
    rows += map(insertion_of, _visits(placement, booking, request))
    ending.finish_with(insert_all(rows, placement.day))
    booking.is_new = True
    return booking


def _take_place(
    kept: Booking,
    chosen: Booking,
    days: "_Days",
    left: Collection[_Pair],
    placement: "_Placement",
) -> None:
    """The chosen visit takes the place of the one kept for an agreed time, whose seats on the
    days ``left`` are free then."""
    AgreedDate.objects.filter(booking=kept.pk).update(
        booking=chosen.pk, state=AgreedDate.State.CHOSEN, changed_at=timezone.now()
    )
    Booking.objects.filter(pk=kept.pk).delete()
    _bump_left(days, left, placement)


def _bump_left(days: "_Days", left: Collection[_Pair], placement: "_Placement") -> None:
    """Raise the revision of the days that a visit has left, but not of the one it is on now."""
    for day in days.all:
        if day.pk != placement.day.pk and (day.department_id, day.date) in left:
            bump_revision(day)


def _move(
    booking: Booking,
    starts_at: dt.datetime,
    provenance: "_Provenance",
    ending: Ending,
    version: int | None,
) -> Booking:
    lock_recipient(booking.recipient_id)
    fresh = _fresh(booking)
    if fresh.status != Booking.Status.BOOKED:
        raise errors.TooLate
    if fresh.starts_at == starts_at:
        return fresh
    check_version(fresh.sequence, version)
    now = timezone.now()
    if now > queries.change_deadline(fresh):
        provenance.check_late()
    request = _BookingRequest(fresh.pk, fresh.recipient, fresh.service, starts_at, moving=fresh)
    known = request.known()
    grant, _ = _check_entitlement(request, known, now, provenance)
    _check_own_choice(fresh, provenance)
    dates, demand = request.dates(known), request.demand(known)
    left = _days_of(fresh)
    days = _lock(request, demand, dates, also=left)
    placement = _find_seats(request, demand, days, now)
    _delete_visits(fresh)
    move_seats(placement.seated.moved)
    old = fresh.starts_at
    fresh.starts_at, fresh.ends_at, fresh.grant = request.starts_at, request.ends_at, grant
    fresh.uncharged_at = None  # nobody was to come for the old time; somebody is for the new one
    fresh.sequence += 1
    fresh.save(update_fields=["starts_at", "ends_at", "grant", "uncharged_at", "sequence"])
    event = _event(fresh, BookingEvent.Kind.MOVED, provenance, old=old, new=request.starts_at)
    if provenance.as_staff:
        answer_open(fresh, VisitRequest.Answer.MOVED, by=provenance.by)
    _bump_left(days, left, placement)
    revision_bumped(placement.day)
    if hasattr(fresh, "agreed_date") or any(one.is_kept for one in known.own):
        keep_again_on_commit(fresh.recipient_id)  # it may have left its week or month
    rows = [*_visits(placement, fresh, request), event]
    ending.finish_with(insert_all([insertion_of(row) for row in rows], placement.day))
    return fresh


def keep_again_on_commit(recipient_id: uuid.UUID) -> None:
    """Bring what is kept for the recipient's agreed times up to date, once the locks are free."""
    send = partial(choices_changed.send_robust, sender=Recipient, recipient_id=recipient_id)
    transaction.on_commit(send, robust=True)


# -- The request ---------------------------------------------------------------


@dataclass(frozen=True)
class _Provenance:
    """Who does it, by which channel, and why; and whether as staff for the recipient."""

    by: User
    via: BookingEvent.Via
    reason: str
    as_staff: bool

    @property
    def is_by_pattern(self) -> bool:
        return self.via == BookingEvent.Via.PATTERN

    def check_late(self) -> None:
        """Only staff may act after a deadline or at short notice, and with a reason, which the
        pattern is for its visits.

        Raises ``TooLate`` or ``ReasonMissing``.
        """
        if not self.as_staff:
            raise errors.TooLate
        if not self.reason.strip() and not self.is_by_pattern:
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
) -> tuple[Grant, Booking | None]:
    """The grant that the visit is charged to, and the kept booking whose place it takes, if
    any, with nothing but its key. The caller has locked the recipient.

    Raises ``NotOpen``, ``OutsideHorizon``, ``ReasonMissing`` and what ``errors.error_of``
    returns.
    """
    service, department = request.service, request.service.department
    if not (department.is_open and service.is_active):
        raise errors.NotOpen
    if request.date > last_day(department, now) + DAY * provenance.is_by_pattern:
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
    replaced = entitlement.replaced(request.date)
    return grant, Booking(pk=replaced.id) if replaced else None


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
    unseated: int = 0  # carers without a seat


def _lock(
    request: _BookingRequest,
    demand: Demand,
    dates: Sequence[dt.date],
    *,
    also: Collection[_Pair] = (),
    without: Booking | None = None,
) -> _Days:
    """Lock the service's Days of these dates, and ``also`` other Days; read the free seats in
    the same round trip. The seats of the booking ``without`` which they are read are free."""
    if not request.is_on_grid:
        raise errors.NoSuchSlot
    department = request.service.department
    key = without.pk if without else request.key
    seat_queries = [seats_free(department, date, demand, request.starts_at, key) for date in dates]
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
    request: _BookingRequest,
    demand: Demand,
    days: _Days,
    now: dt.datetime,
    *,
    without: Booking | None = None,
) -> _Placement:
    """Seats on one of the locked Days, as if the booking ``without`` which they are found had
    none. Whole days are read only when no seat is free without moving other visits."""
    for day, seating in days.offering:
        directly = seating.seat(demand, request.start)
        if isinstance(directly, Seated):
            return _Placement(day, directly)
    offering = [day for day, _ in days.offering]
    seatings = day_seatings(
        offering,
        needs_of(request.service.department),
        now=now,
        without=without or request.moving,
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


def _without_seat(request: _BookingRequest, days: _Days) -> _Placement:
    """The Day on which the visit is booked without a seat: one with a shift at that time, whoever
    works in it. Raises ``NoSuchSlot`` when there is none."""
    ids = [day.pk for day, _ in days.offering]
    shifts = Shift.objects.filter(
        day__in=ids, starts_at__lte=request.starts_at, ends_at__gte=request.ends_at
    )
    found = set(shifts.values_list("day", flat=True))
    day = next((day for day, _ in days.offering if day.pk in found), None)
    if day is None:
        raise errors.NoSuchSlot
    return _Placement(day, Seated(seats=(), moved={}), request.carers)


def _visits(placement: _Placement, booking: Booking, request: _BookingRequest) -> list[Visit]:
    travel = dt.timedelta(minutes=request.service.department.travel_minutes)
    return [
        Visit(
            booking=booking,
            day=placement.day,
            shift_id=shift_id,
            starts_at=request.starts_at,
            ends_at=request.ends_at,
            occupied_until=request.ends_at + travel,
        )
        for shift_id in (*placement.seated.seats, *[None] * placement.unseated)
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
    related = ["service__department", "recipient", "grant", "agreed_date"]
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
    """A pause, or a pattern, tells of all its visits in one message, so that they need none of
    their own."""
    is_told = provenance.via in (BookingEvent.Via.PAUSE, BookingEvent.Via.PATTERN)
    return BookingEvent(
        announced_at=timezone.now() if is_told else None,
        booking=booking,
        kind=kind,
        by=provenance.by,
        via=provenance.via,
        reason=provenance.reason,
        from_starts_at=old,
        to_starts_at=new,
    )
