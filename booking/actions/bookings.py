"""Book, move, cancel."""

import datetime as dt
import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property

from django.utils import timezone

from accounts.models import User
from booking import errors, queries
from booking.actions.booking_sql import (
    Insertion,
    Known,
    insertion_of,
    known_of,
    seating_of_rows,
    seats_free,
    write_together,
)
from booking.actions.locks import lay_out_missing, lock_recipient, locking, one_transaction
from booking.actions.seats import move_seats
from booking.calendar.offers import SlotStatus
from booking.models import Booking, BookingEvent, Grant, Recipient, Visit
from booking.queries.day_seatings import day_seatings, demand_of, needs_of
from booking.queries.entitlement import Entitlement, last_day
from booking.seating.board import DaySeating
from booking.seating.values import Demand, Refused, Seated, Why
from database.pipeline import Query, run_pipeline
from database.transactions import Busy
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
) -> Booking:
    """Take a seat for each carer the service needs. The key is the booking's: the same
    request sent again finds what it made, whatever has become of it since. ``reason`` is
    why it is booked for the person, for their history.

    Raises a ``BookingError``; a taken slot comes with the nearest free times.
    """
    deed = _Provenance(by, via, reason)
    try:
        with one_transaction():
            return _book(key, recipient, service, starts_at.astimezone(dt.UTC), note, deed)
    except (errors.SlotTaken, Busy) as error:
        raise _with_alternatives(error, service, recipient, starts_at) from None


def move(
    *,
    booking: Booking,
    starts_at: dt.datetime,
    by: User,
    via: BookingEvent.Via = BookingEvent.Via.ONLINE,
    reason: str = "",
) -> Booking:
    """Take the new seat and let the old one go, or keep the old one and raise a
    ``BookingError``. Moving to where it is already changes nothing."""
    deed = _Provenance(by, via, reason)
    try:
        with one_transaction():
            return _move(booking, starts_at.astimezone(dt.UTC), deed)
    except (errors.SlotTaken, Busy) as error:
        raise _with_alternatives(
            error, booking.service, booking.recipient, starts_at, moving=booking
        ) from None


def cancel(
    *,
    booking: Booking,
    by: User,
    via: BookingEvent.Via = BookingEvent.Via.ONLINE,
    reason: str = "",
) -> Booking:
    """Give the seat back. Nothing else moves. Cancelling twice changes nothing."""
    with one_transaction():
        lock_recipient(booking.recipient_id)
        fresh = _fresh(booking)
        if fresh.status == Booking.Status.CANCELLED:
            return fresh
        now = timezone.now()
        if now > queries.cancel_deadline(fresh):
            raise errors.TooLate
        days = lock_days(_days_of(fresh))
        fresh.visits.all().delete()
        fresh.status = Booking.Status.CANCELLED
        fresh.cancelled_at = now
        fresh.sequence += 1
        fresh.save(update_fields=["status", "cancelled_at", "sequence"])
        deed = _Provenance(by, via, reason)
        _event(fresh, BookingEvent.Kind.CANCELLED, deed, old=fresh.starts_at).save()
        for day in days:
            bump_revision(day)
        return fresh


def _book(
    key: uuid.UUID,
    recipient: Recipient,
    service: Service,
    starts_at: dt.datetime,
    note: str,
    deed: "_Provenance",
) -> Booking:
    asked = {"service": str(service.pk), "starts_at": starts_at.isoformat(), "note": note}
    wish = _BookingRequest(key, recipient, service, starts_at)
    known = wish.known(after=[locking(recipient.pk)])
    if known.is_made:
        made = Booking.objects.get(pk=key)
        if made.recipient_id != recipient.pk or made.asked != asked:
            raise errors.KeyReused
        return made
    now = timezone.now()
    grant = _check_entitlement(wish, known, now)
    dates, demand = wish.dates(known), wish.demand(known)
    # All that can be made ready is, before others have to wait.
    booking = Booking(
        id=key,
        recipient=recipient,
        service=service,
        grant=grant,
        starts_at=wish.starts_at,
        ends_at=wish.ends_at,
        carers=wish.carers,
        note=note,
        asked=asked,
    )
    event = _event(booking, BookingEvent.Kind.BOOKED, deed, new=wish.starts_at)
    rows = [insertion_of(booking), insertion_of(event)]
    place = _find_place(wish, demand, _lock(wish, demand, dates), now)
    move_seats(place.seated.moved)
    revision_bumped(place.day)
    write_together([*rows, *_visits(place, booking, wish)], place.day)
    booking.is_new = True
    return booking


def _move(booking: Booking, starts_at: dt.datetime, deed: "_Provenance") -> Booking:
    lock_recipient(booking.recipient_id)
    fresh = _fresh(booking)
    if fresh.status == Booking.Status.CANCELLED:
        raise errors.TooLate
    if fresh.starts_at == starts_at:
        return fresh
    now = timezone.now()
    if now > queries.change_deadline(fresh):
        raise errors.TooLate
    wish = _BookingRequest(fresh.pk, fresh.recipient, fresh.service, starts_at, moving=fresh)
    known = wish.known()
    grant = _check_entitlement(wish, known, now)
    dates, demand = wish.dates(known), wish.demand(known)
    left = _days_of(fresh)
    days = _lock(wish, demand, dates, also=left)
    place = _find_place(wish, demand, days, now)
    fresh.visits.all().delete()
    move_seats(place.seated.moved)
    old = fresh.starts_at
    fresh.starts_at, fresh.ends_at, fresh.grant = wish.starts_at, wish.ends_at, grant
    fresh.sequence += 1
    fresh.save(update_fields=["starts_at", "ends_at", "grant", "sequence"])
    event = _event(fresh, BookingEvent.Kind.MOVED, deed, old=old, new=wish.starts_at)
    for day in days.all:
        if day.pk != place.day.pk and (day.department_id, day.date) in left:
            bump_revision(day)
    revision_bumped(place.day)
    write_together([*_visits(place, fresh, wish), insertion_of(event)], place.day)
    return fresh


# -- Who does it, and what is asked for ----------------------------------------


@dataclass(frozen=True)
class _Provenance:
    """Who acts, by which way in, and why."""

    by: User
    via: BookingEvent.Via
    reason: str


@dataclass(frozen=True)
class _BookingRequest:
    """Somebody asks for a service at a time, under the key that the booking has or gets.
    A booking that moves keeps its own length and number of carers."""

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
        """Of the Days whose shifts could give it: after midnight also the one before. If
        that has gone by and was never laid out, nobody is at work."""
        before = self.date - DAY
        has_night = known.has_night
        if has_night is None and before >= timezone.localdate():
            facts = shifts_by_day(self.service.department, [before])[before]
            ends = self.start + self.seconds
            has_night = any(fact.starts <= self.start and ends <= fact.ends for fact in facts)
        return [before, self.date] if has_night else [self.date]


def _check_entitlement(wish: _BookingRequest, known: Known, now: dt.datetime) -> Grant:
    """The grant that the visit is charged to. The caller has locked the person."""
    service, department = wish.service, wish.service.department
    if not (department.is_open and service.is_active):
        raise errors.NotOpen
    if wish.date > last_day(department, now):
        raise errors.OutsideHorizon(last_day(department, now))
    person = Entitlement.known(service, known.grants, known.own, now, moving=wish.moving)
    match person.obstacle(wish.start, wish.start + wish.seconds, wish.date):
        case SlotStatus.PAST | SlotStatus.TOO_SOON:
            raise errors.TooLate
        case SlotStatus.OWN:
            raise errors.OverlapsOwn
        case SlotStatus.NOT_GRANTED:
            raise errors.NotGranted
        case SlotStatus.OVER_QUOTA:
            raise errors.OverQuota(person.balance(wish.date))
    grant = person.grant(wish.date)
    assert grant is not None
    return grant


# -- Where it is put --------------------------------------------------------------


@dataclass(frozen=True)
class _Days:
    """The Days that a verb has locked. Those that could give the visit stand with who is
    directly free then."""

    all: Sequence[Day]
    offering: Sequence[tuple[Day, DaySeating]]


@dataclass(frozen=True)
class _Place:
    day: Day
    seated: Seated


def _lock(
    wish: _BookingRequest,
    demand: Demand,
    dates: Sequence[dt.date],
    *,
    also: Collection[_Pair] = (),
) -> _Days:
    """Lock the service's Days of these dates, and others that the verb changes too; look
    who is free there, in the same journey."""
    if not wish.is_on_grid:
        raise errors.NoSuchSlot
    department = wish.service.department
    questions = [seats_free(department, date, demand, wish.starts_at, wish.key) for date in dates]
    pairs = [(department.pk, date) for date in dates]
    days, answers = lock_days_and_query([*pairs, *also], *questions)
    its_days = [day for day in days if (day.department_id, day.date) in pairs]
    if lay_out_missing(its_days, department):
        answers = run_pipeline(*questions)
    return _Days(days, list(zip(its_days, map(seating_of_rows, answers), strict=True)))


def _find_place(wish: _BookingRequest, demand: Demand, days: _Days, now: dt.datetime) -> _Place:
    """Seats on one of the locked Days. Whoever is directly free goes; only when nobody is
    are whole days read, for others to make room."""
    for day, board in days.offering:
        directly = board.seat(demand, wish.start)
        if isinstance(directly, Seated):
            return _Place(day, directly)
    offering = [day for day, _ in days.offering]
    boards = day_seatings(
        offering, needs_of(wish.service.department), now=now, without=wish.moving
    )
    reasons: list[Refused] = []
    for day in offering:
        answer = boards[day.pk].seat(demand, wish.start)
        if isinstance(answer, Seated):
            return _Place(day, answer)
        reasons.append(answer)
    taken = [reason for reason in reasons if reason.why is not Why.NOBODY_ON]
    if not taken:
        raise errors.NoSuchSlot
    raise errors.SlotTaken(reason=taken[-1])


def _visits(place: _Place, booking: Booking, wish: _BookingRequest) -> list[Insertion]:
    travel = dt.timedelta(minutes=wish.service.department.travel_minutes)
    return [
        insertion_of(
            Visit(
                booking=booking,
                day=place.day,
                shift_id=shift_id,
                starts_at=wish.starts_at,
                ends_at=wish.ends_at,
                occupied_until=wish.ends_at + travel,
            )
        )
        for shift_id in place.seated.seats
    ]


def _with_alternatives(
    error: errors.SlotTaken | Busy,
    service: Service,
    recipient: Recipient,
    wanted: dt.datetime,
    *,
    moving: Booking | None = None,
) -> errors.SlotTaken | Busy:
    """The refusal with the nearest free times, of all days that can be booked. Whoever
    waited in vain while the slot was taken is told that, and not to try again."""
    now = timezone.now()
    today = timezone.localdate(now)
    days = (last_day(service.department, now) - today).days
    offer = queries.offer(
        service=service,
        recipient=recipient,
        dates=[today + n * DAY for n in range(days + 1)],
        now=now,
        moving=moving,
    )
    shown = [queries.slot_at(day, wanted) for day in offer]
    is_free = any(slot and slot.status is SlotStatus.FREE for slot in shown)
    if isinstance(error, Busy):
        if is_free:
            return error
        error = errors.SlotTaken()
    error.alternatives = queries.nearest_free(offer, wanted)
    return error


# -- The booking as it stands -----------------------------------------------------


def _fresh(booking: Booking) -> Booking:
    """As it is now that its recipient is locked."""
    return Booking.objects.select_related("service__department", "recipient").get(pk=booking.pk)


def _days_of(booking: Booking) -> Collection[_Pair]:
    return set(booking.visits.values_list("day__department_id", "day__date"))


def _event(
    booking: Booking,
    kind: BookingEvent.Kind,
    deed: _Provenance,
    *,
    old: dt.datetime | None = None,
    new: dt.datetime | None = None,
) -> BookingEvent:
    return BookingEvent(
        booking=booking,
        kind=kind,
        by=deed.by,
        via=deed.via,
        reason=deed.reason,
        from_starts_at=old,
        to_starts_at=new,
    )
