"""What is free, what is left, and what a person has booked. Changes nothing."""

import datetime as dt
from collections import OrderedDict
from collections.abc import Collection, Iterable, Iterator
from threading import Lock

from django.db.models import Prefetch
from django.utils import timezone

from booking.boards import Needs, board_of_facts, boards_of, demand_of, needs_of, stands_still
from booking.entitlement import (
    DAY,
    Balance,
    Entitlement,
    balance_of,
    last_day,
    local_date,
    own_around,
)
from booking.models import Booking, BookingEvent, Grant, Recipient
from booking.offers import DayOffer, DayStatus, Slot, SlotStatus
from booking.seating import Board, Demand, Refused, Seated, Why
from departments.hours import local_instant
from departments.models import Day, Department, Service
from departments.queries.days import shifts_by_day

__all__ = [
    "Balance",
    "balance",
    "balances",
    "cancel_deadline",
    "change_deadline",
    "coming",
    "history",
    "nearest_free",
    "next_booking",
    "offer",
    "own_bookings",
    "slot_at",
    "why_taken",
]

DAYS_KEPT = 4096

# (epoch seconds, local date, the slot as everybody sees it)
SharedSlots = tuple[tuple[int, dt.date, Slot], ...]
Key = tuple[int, int, bool, int, Demand, int]


class _Kept:
    """Days as they were computed, in this process; the least lately used dropped first.

    A key names the Day's revision and all else that the answer depends on, so what is
    found is never out of date.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._lock = Lock()
        self._found: OrderedDict[Key, SharedSlots] = OrderedDict()

    def get(self, key: Key) -> SharedSlots | None:
        with self._lock:
            if key in self._found:
                self._found.move_to_end(key)
            return self._found.get(key)

    def keep(self, key: Key, slots: SharedSlots) -> None:
        with self._lock:
            self._found[key] = slots
            if len(self._found) > self._limit:
                self._found.popitem(last=False)


_kept = _Kept(DAYS_KEPT)


# -- What is free ---------------------------------------------------------------


def offer(
    *,
    service: Service,
    recipient: Recipient,
    dates: Collection[dt.date],
    now: dt.datetime,
    moving: Booking | None = None,
) -> list[DayOffer]:
    """The dates in order, each with its slots as this person finds them.

    ``moving`` is offered times as if it had none yet, with the length it was booked with.
    However many dates: at most six statements on days that are laid out, four when
    nothing has changed since they were last asked for.
    """
    wanted = sorted(set(dates))
    statuses = {date: _day_status(service, date, now) for date in wanted}
    bookable = [date for date in wanted if statuses[date] is DayStatus.OPEN]
    slots: dict[dt.date, dict[int, Slot]] = {date: {} for date in bookable}
    if bookable:
        person = Entitlement.of(recipient, service, bookable, now, moving=moving)
        for starts, date, slot in _shared(service, bookable, now, moving):
            if date not in slots:
                continue
            known = slots[date].get(starts)
            if known is None or slot.status is SlotStatus.FREE:
                slots[date][starts] = slot
        for date, its_slots in slots.items():
            for starts, slot in its_slots.items():
                ends = int(slot.ends_at.timestamp())
                if obstacle := person.obstacle(starts, ends, date):
                    its_slots[starts] = Slot(slot.starts_at, slot.ends_at, obstacle)
    return [_day_offer(date, statuses[date], slots.get(date, {})) for date in wanted]


def slot_at(day: DayOffer, starts_at: dt.datetime) -> Slot | None:
    return next((slot for slot in day.slots if slot.starts_at == starts_at), None)


def nearest_free(offer: Iterable[DayOffer], wanted: dt.datetime, count: int = 3) -> list[Slot]:
    """The free times nearest to the one wanted, in order of time."""
    free = (
        slot
        for day in offer
        for slot in day.slots
        if slot.status is SlotStatus.FREE and slot.starts_at != wanted
    )
    nearest = sorted(free, key=lambda slot: (abs(slot.starts_at - wanted), slot.starts_at))
    return sorted(nearest[:count], key=lambda slot: slot.starts_at)


def why_taken(
    *,
    service: Service,
    starts_at: dt.datetime,
    now: dt.datetime,
    moving: Booking | None = None,
) -> Refused | None:
    """Why no seat is left then, for a page that must say no; None when there is one, or
    when nobody works at that time at all."""
    date = timezone.localdate(starts_at)
    days = Day.objects.filter(
        department=service.department, date__in=[date - DAY, date], laid_out_at__isnull=False
    )
    needs = needs_of(service.department)
    demand = demand_of(service, needs.get(service.pk, frozenset()), moving)
    boards = boards_of(list(days), needs, now=now, without=moving).values()
    answers = [board.seat(demand, int(starts_at.timestamp())) for board in boards]
    if any(isinstance(answer, Seated) for answer in answers):
        return None
    refusals = [answer for answer in answers if isinstance(answer, Refused)]
    return next((one for one in refusals if one.why is not Why.NOBODY_ON), None)


def _day_status(service: Service, date: dt.date, now: dt.datetime) -> DayStatus:
    department = service.department
    if not (department.is_open and service.is_active):
        return DayStatus.NOT_OPEN
    if date < timezone.localdate(now):
        return DayStatus.PAST
    if date > last_day(department, now):
        return DayStatus.BEYOND
    return DayStatus.OPEN


def _day_offer(date: dt.date, status: DayStatus, slots: dict[int, Slot]) -> DayOffer:
    if status is DayStatus.OPEN and not slots:
        status = DayStatus.CLOSED
    return DayOffer(date, status, tuple(slots[starts] for starts in sorted(slots)))


def _shared(
    service: Service, dates: Collection[dt.date], now: dt.datetime, moving: Booking | None
) -> Iterator[tuple[int, dt.date, Slot]]:
    """The slots that the Days of these dates offer to anybody, and the Days before them,
    whose nights reach past midnight. A day gone by that was never laid out has none."""
    department = service.department
    reached = sorted({*dates, *(date - DAY for date in dates)})
    days = {
        day.date: day
        for day in Day.objects.filter(
            department=department, date__in=reached, laid_out_at__isnull=False
        )
    }
    needs = needs_of(department)
    demand = demand_of(service, needs.get(service.pk, frozenset()), moving)
    step = 60 * department.slot_minutes
    if moving is not None:
        boards = boards_of(days.values(), needs, now=now, without=moving)
        for board in boards.values():
            yield from _slots(board, demand, step)
    else:
        for found in _known(department, list(days.values()), needs, demand, step, now):
            yield from found
    today = timezone.localdate(now)
    missing = [date for date in reached if date not in days and date >= today]
    if missing:
        for facts in shifts_by_day(department, missing).values():
            yield from _slots(board_of_facts(facts), demand, step)


def _known(
    department: Department,
    days: Collection[Day],
    needs: Needs,
    demand: Demand,
    step: int,
    now: dt.datetime,
) -> list[SharedSlots]:
    """Each day's slots as kept, or computed and kept now."""
    keys: dict[int, Key] = {
        day.pk: (
            day.pk,
            day.revision,
            stands_still(day, now),
            department.configuration_revision,
            demand,
            step,
        )
        for day in days
    }
    found = {id_: _kept.get(key) for id_, key in keys.items()}
    unknown = [day for day in days if found[day.pk] is None]
    if unknown:
        for id_, board in boards_of(unknown, needs, now=now).items():
            slots = found[id_] = _slots(board, demand, step)
            _kept.keep(keys[id_], slots)
    return [slots for slots in found.values() if slots is not None]


def _slots(board: Board, demand: Demand, step: int) -> SharedSlots:
    return tuple(
        (
            starts,
            local_date(starts),
            Slot(
                dt.datetime.fromtimestamp(starts, dt.UTC),
                dt.datetime.fromtimestamp(starts + demand.seconds, dt.UTC),
                SlotStatus.FREE if is_free else SlotStatus.BUSY,
            ),
        )
        for starts, is_free in board.starts(demand, step)
    )


# -- What is left -----------------------------------------------------------------


def balances(recipient: Recipient, on: dt.date) -> list[Balance]:
    """What is left of each grant that is valid on the date, by the service's name."""
    grants = (
        Grant.objects.valid_on(on)
        .filter(recipient=recipient)
        .select_related("service__department")
        .order_by("service__name", "pk")
    )
    charges = [one.charge for one in own_around(recipient, on, on)]
    return [balance_of(grant, charges, on) for grant in grants]


def balance(recipient: Recipient, service: Service, date: dt.date) -> Balance | None:
    """What is left of this service in the period around the date; None without a grant."""
    return Entitlement.of(recipient, service, [date], timezone.now()).balance(date)


# -- What a person has booked -------------------------------------------------------


def own_bookings(recipient: Recipient, first: dt.date, last: dt.date) -> list[Booking]:
    """Confirmed bookings that are under way on any of these days, earliest first."""
    zone = timezone.get_default_timezone()
    return list(
        Booking.objects.confirmed()
        .filter(
            recipient=recipient,
            ends_at__gt=local_instant(first, dt.time(), zone),
            starts_at__lt=local_instant(last + DAY, dt.time(), zone),
        )
        .select_related("service__department")
    )


def coming(recipient: Recipient, now: dt.datetime) -> list[Booking]:
    """Confirmed bookings that are not over, earliest first."""
    return list(
        Booking.objects.upcoming(now)
        .filter(recipient=recipient)
        .select_related("service__department")
    )


def next_booking(recipient: Recipient, now: dt.datetime) -> Booking | None:
    return (
        Booking.objects.upcoming(now)
        .filter(recipient=recipient)
        .select_related("service__department")
        .first()
    )


def history(recipient: Recipient, *, before: dt.datetime, limit: int) -> list[Booking]:
    """What began before an instant and is over, or was cancelled; latest first. With its
    events, the last of which tells what became of it."""
    return list(
        Booking.objects.filter(recipient=recipient, starts_at__lt=before)
        .exclude(status=Booking.Status.BOOKED, ends_at__gt=timezone.now())
        .select_related("service__department", "recipient")
        .prefetch_related(Prefetch("events", BookingEvent.objects.select_related("by")))
        .order_by("-starts_at", "pk")[:limit]
    )


def change_deadline(booking: Booking) -> dt.datetime:
    """Until when it can be moved."""
    minutes = booking.service.department.change_deadline_minutes
    return booking.starts_at - dt.timedelta(minutes=minutes)


def cancel_deadline(booking: Booking) -> dt.datetime:
    """Until when it can be cancelled."""
    minutes = booking.service.department.cancel_deadline_minutes
    return booking.starts_at - dt.timedelta(minutes=minutes)
