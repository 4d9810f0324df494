"""The slots that one recipient may choose between: the shared ones with their own statuses."""

import datetime as dt
from collections.abc import Collection, Iterable

from django.utils import timezone

from booking.calendar.offers import DayOffer, DayStatus, Slot, SlotStatus
from booking.models import Booking
from booking.queries.days import DayFact
from booking.queries.entitlement import Entitlement, last_day
from booking.queries.free import SharedDay, shared_days
from departments.models import Service


def offer_of(
    entitlement: Entitlement,
    dates: Collection[dt.date],
    days: Iterable[DayFact],
    now: dt.datetime,
    moving: Booking | None = None,
) -> list[DayOffer]:
    """The dates in order, each with its slots for this recipient. ``days`` are the
    department's around the dates."""
    service = entitlement.service
    today, last = timezone.localdate(now), last_day(service.department, now)
    statuses = {date: _day_status(service, date, today, last) for date in sorted(set(dates))}
    bookable = [date for date, status in statuses.items() if status is DayStatus.OPEN]
    shared = _shared(entitlement, bookable, days, now, moving) if bookable else {}
    return [
        laid_over(shared[date], entitlement) if date in shared else DayOffer(date, status)
        for date, status in statuses.items()
    ]


def _shared(
    entitlement: Entitlement,
    dates: Collection[dt.date],
    days: Iterable[DayFact],
    now: dt.datetime,
    moving: Booking | None,
) -> dict[dt.date, SharedDay]:
    """The shared days; on a date with a kept seat, without that seat: the recipient's choice on
    the date takes its place."""
    service, kept = entitlement.service, entitlement.kept
    if not kept:
        return shared_days(service, dates, days, now, moving)
    days = list(days)
    others = [date for date in dates if date not in kept]
    shared = shared_days(service, others, days, now, moving) if others else {}
    for date in dates:
        if date in kept:
            seat = Booking(pk=kept[date].id)
            shared |= shared_days(service, [date], days, now, without=seat)
    return shared


def laid_over(day: SharedDay, entitlement: Entitlement) -> DayOffer:
    """A day with the recipient's own statuses; the shared object when they have none."""
    if not day.starts:
        return day.offer
    date = day.offer.date
    refusal = entitlement.refusal(date, day.seconds)
    ranges: list[tuple[SlotStatus, slice]] = []
    if refusal is None and (window := entitlement.window(date)):
        ranges = [(SlotStatus.OUTSIDE_WINDOW, part) for part in day.outside(*window)]
    own = entitlement.own_between(day.starts[0], day.starts[-1] + day.seconds, date)
    ranges += [(SlotStatus.OWN, day.meeting(visit.starts, visit.ends)) for visit in own]
    if entitlement.moves_from is not None:
        # The visit has that time already.
        ranges.append((SlotStatus.OWN, day.at(entitlement.moves_from)))
    if day.starts[0] <= entitlement.bookable_from:
        ranges.append((SlotStatus.TOO_SOON, day.before(entitlement.bookable_from)))
        ranges.append((SlotStatus.PAST, day.before(entitlement.now + 1)))
    ranges = [(status, part) for status, part in ranges if part.start < part.stop]
    return day.overlaid(refusal, ranges) if refusal or ranges else day.offer


def slot_at(day: DayOffer, starts_at: dt.datetime) -> Slot | None:
    return next((slot for slot in day.slots if slot.starts_at == starts_at), None)


def nearest_free(offer: Iterable[DayOffer], wanted: dt.datetime, count: int = 3) -> list[Slot]:
    """The ``count`` free times nearest to the one wanted, earliest first."""
    free = (
        slot
        for day in offer
        for slot in day.slots
        if slot.status is SlotStatus.FREE and slot.starts_at != wanted
    )
    nearest = sorted(free, key=lambda slot: (abs(slot.starts_at - wanted), slot.starts_at))
    return sorted(nearest[:count], key=lambda slot: slot.starts_at)


def _day_status(service: Service, date: dt.date, today: dt.date, last: dt.date) -> DayStatus:
    if not (service.department.is_open and service.is_active):
        return DayStatus.NOT_OPEN
    if date < today:
        return DayStatus.PAST
    return DayStatus.BEYOND if date > last else DayStatus.OPEN
