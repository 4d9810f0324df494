"""Book, move, cancel."""

import datetime as dt
import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.db.models import Exists, OuterRef
from django.utils import timezone

from accounts.models import User
from booking import errors, queries
from booking.actions.locks import lay_out_missing, lock_recipient, one_transaction
from booking.actions.seats import move_seats
from booking.boards import boards_of, demand_of, needs_of
from booking.entitlement import DAY, Entitlement, last_day
from booking.models import Booking, BookingEvent, Grant, Recipient, Visit
from booking.offers import SlotStatus
from booking.seating import Demand, Refused, Seated, Why
from departments.actions.days import lock_days, touch
from departments.models import Day, Department, Service, Shift
from departments.queries.days import shifts_by_day


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
    deed = _Deed(by, via, reason)
    try:
        with one_transaction():
            return _book(key, recipient, service, starts_at.astimezone(dt.UTC), note, deed)
    except (errors.SlotTaken, errors.Busy) as error:
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
    deed = _Deed(by, via, reason)
    try:
        with one_transaction():
            return _move(booking, starts_at.astimezone(dt.UTC), deed)
    except (errors.SlotTaken, errors.Busy) as error:
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
        deed = _Deed(by, via, reason)
        _tell(fresh, BookingEvent.Kind.CANCELLED, deed, old=fresh.starts_at)
        for day in days:
            touch(day)
        return fresh


def _book(
    key: uuid.UUID,
    recipient: Recipient,
    service: Service,
    starts_at: dt.datetime,
    note: str,
    deed: "_Deed",
) -> Booking:
    asked = {"service": str(service.pk), "starts_at": starts_at.isoformat(), "note": note}
    lock_recipient(recipient.pk)
    made = Booking.objects.filter(pk=key).first()
    if made is not None:
        if made.recipient_id != recipient.pk or made.asked != asked:
            raise errors.KeyReused
        return made
    now = timezone.now()
    wish = _Wish.of(service, starts_at)
    grant = _check_entitlement(wish, recipient, now)
    days = lock_days((service.department_id, date) for date in wish.dates)
    place = _find_place(wish, days, now)
    booking = Booking.objects.create(
        id=key,
        recipient=recipient,
        service=service,
        grant=grant,
        starts_at=wish.starts_at,
        ends_at=wish.ends_at,
        carers=wish.demand.carers,
        note=note,
        asked=asked,
    )
    _take(place, booking, wish)
    _tell(booking, BookingEvent.Kind.BOOKED, deed, new=wish.starts_at)
    touch(place.day)
    return booking


def _move(booking: Booking, starts_at: dt.datetime, deed: "_Deed") -> Booking:
    lock_recipient(booking.recipient_id)
    fresh = _fresh(booking)
    if fresh.status == Booking.Status.CANCELLED:
        raise errors.TooLate
    if fresh.starts_at == starts_at:
        return fresh
    now = timezone.now()
    if now > queries.change_deadline(fresh):
        raise errors.TooLate
    wish = _Wish.of(fresh.service, starts_at, moving=fresh)
    grant = _check_entitlement(wish, fresh.recipient, now)
    department = fresh.service.department
    left = _days_of(fresh)
    days = lock_days({*left, *((department.pk, date) for date in wish.dates)})
    place = _find_place(wish, days, now)
    fresh.visits.all().delete()
    old = fresh.starts_at
    fresh.starts_at, fresh.ends_at, fresh.grant = wish.starts_at, wish.ends_at, grant
    fresh.sequence += 1
    fresh.save(update_fields=["starts_at", "ends_at", "grant", "sequence"])
    _take(place, fresh, wish)
    _tell(fresh, BookingEvent.Kind.MOVED, deed, old=old, new=wish.starts_at)
    for day in days:
        if day.pk == place.day.pk or (day.department_id, day.date) in left:
            touch(day)
    return fresh


# -- Who does it, and what is asked for ----------------------------------------


@dataclass(frozen=True)
class _Deed:
    """Who acts, by which way in, and why."""

    by: User
    via: BookingEvent.Via
    reason: str


@dataclass(frozen=True)
class _Wish:
    """A service at a time, and the dates of the Days whose shifts could give it."""

    service: Service
    starts_at: dt.datetime
    demand: Demand
    needs: dict[uuid.UUID, frozenset[uuid.UUID]]
    dates: Sequence[dt.date]
    moving: Booking | None

    @classmethod
    def of(
        cls, service: Service, starts_at: dt.datetime, moving: Booking | None = None
    ) -> "_Wish":
        needs = dict(needs_of(service.department))
        demand = demand_of(service, needs.get(service.pk, frozenset()), moving)
        ends_at = starts_at + dt.timedelta(seconds=demand.seconds)
        date = timezone.localdate(starts_at)
        nights = [date - DAY] if _has_night(service.department, date, starts_at, ends_at) else []
        return cls(service, starts_at, demand, needs, [*nights, date], moving)

    @property
    def start(self) -> int:
        return int(self.starts_at.timestamp())

    @property
    def ends_at(self) -> dt.datetime:
        return self.starts_at + dt.timedelta(seconds=self.demand.seconds)

    @property
    def is_on_grid(self) -> bool:
        step = dt.timedelta(minutes=self.service.department.slot_minutes)
        return not (self.starts_at - dt.datetime.fromtimestamp(0, dt.UTC)) % step


def _has_night(
    department: Department, date: dt.date, starts_at: dt.datetime, ends_at: dt.datetime
) -> bool:
    """Whether a shift of the day before reaches so far past midnight. If that day has
    gone by and was never laid out, nobody is at work."""
    before = date - DAY
    covering = Shift.objects.filter(
        day=OuterRef("pk"), starts_at__lte=starts_at, ends_at__gte=ends_at
    )
    laid_out = (
        Day.objects.filter(department=department, date=before, laid_out_at__isnull=False)
        .annotate(is_covering=Exists(covering))
        .values_list("is_covering", flat=True)
        .first()
    )
    if laid_out is not None or before < timezone.localdate():
        return bool(laid_out)
    facts = shifts_by_day(department, [before])[before]
    return any(
        fact.starts <= starts_at.timestamp() and ends_at.timestamp() <= fact.ends for fact in facts
    )


def _check_entitlement(wish: _Wish, recipient: Recipient, now: dt.datetime) -> Grant:
    """The grant that the visit is charged to. The caller has locked the person."""
    service, department = wish.service, wish.service.department
    if not (department.is_open and service.is_active):
        raise errors.NotOpen
    date = timezone.localdate(wish.starts_at)
    if date > last_day(department, now):
        raise errors.OutsideHorizon(last_day(department, now))
    person = Entitlement.of(recipient, service, [date], now, moving=wish.moving)
    match person.obstacle(wish.start, wish.start + wish.demand.seconds, date):
        case SlotStatus.PAST | SlotStatus.TOO_SOON:
            raise errors.TooLate
        case SlotStatus.OWN:
            raise errors.OverlapsOwn
        case SlotStatus.NOT_GRANTED:
            raise errors.NotGranted
        case SlotStatus.OVER_QUOTA:
            raise errors.OverQuota(person.balance(date))
    grant = person.grant(date)
    assert grant is not None
    return grant


# -- Where it is put --------------------------------------------------------------


@dataclass(frozen=True)
class _Place:
    day: Day
    seated: Seated


def _find_place(wish: _Wish, days: Sequence[Day], now: dt.datetime) -> _Place:
    """Seats on one of the Days, all of which are locked."""
    if not wish.is_on_grid:
        raise errors.NoSuchSlot
    offering = lay_out_missing(
        (day for day in days if day.date in wish.dates), wish.service.department
    )
    boards = boards_of(offering, wish.needs, now=now, without=wish.moving)
    reasons: list[Refused] = []
    for day in offering:
        answer = boards[day.pk].seat(wish.demand, wish.start)
        if isinstance(answer, Seated):
            return _Place(day, answer)
        reasons.append(answer)
    taken = [reason for reason in reasons if reason.why is not Why.NOBODY_ON]
    if not taken:
        raise errors.NoSuchSlot
    raise errors.SlotTaken(reason=taken[-1])


def _take(place: _Place, booking: Booking, wish: _Wish) -> None:
    move_seats(place.seated.moved)
    occupied_until = wish.ends_at + dt.timedelta(seconds=wish.demand.travel)
    Visit.objects.bulk_create(
        Visit(
            booking=booking,
            day=place.day,
            shift_id=shift_id,
            starts_at=wish.starts_at,
            ends_at=wish.ends_at,
            occupied_until=occupied_until,
        )
        for shift_id in place.seated.seats
    )


def _with_alternatives(
    error: errors.SlotTaken | errors.Busy,
    service: Service,
    recipient: Recipient,
    wanted: dt.datetime,
    *,
    moving: Booking | None = None,
) -> errors.SlotTaken | errors.Busy:
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
    if isinstance(error, errors.Busy):
        if is_free:
            return error
        error = errors.SlotTaken()
    error.alternatives = queries.nearest_free(offer, wanted)
    return error


# -- The booking as it stands -----------------------------------------------------


def _fresh(booking: Booking) -> Booking:
    """As it is now that its recipient is locked."""
    return Booking.objects.select_related("service__department", "recipient").get(pk=booking.pk)


def _days_of(booking: Booking) -> Collection[tuple[uuid.UUID, dt.date]]:
    return set(booking.visits.values_list("day__department_id", "day__date"))


def _tell(
    booking: Booking,
    kind: BookingEvent.Kind,
    deed: _Deed,
    *,
    old: dt.datetime | None = None,
    new: dt.datetime | None = None,
) -> None:
    BookingEvent.objects.create(
        booking=booking,
        kind=kind,
        by=deed.by,
        via=deed.via,
        reason=deed.reason,
        from_starts_at=old,
        to_starts_at=new,
    )
