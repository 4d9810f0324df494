"""The free times of a department's days: the part of an offer that all recipients share.

A date is computed once for each revision of its Days and cached in the process, with what was
computed from it (``DayOffer.made``). Until a Day changes, all recipients without bookings or
refusals on the date get the same ``DayOffer`` object. The caches are bounded.
"""

import datetime as dt
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Self

from django.utils import timezone

from booking.calendar.offers import DayOffer, DayStatus, Slot, SlotStatus
from booking.models import Booking
from booking.queries.day_seatings import (
    Needs,
    day_seatings,
    demand_of,
    needs_of,
    seating_of_shifts,
    stands_still,
    summarized_starts,
)
from booking.queries.days import DayFact
from booking.queries.local_time import midnight
from booking.queries.process_cache import ProcessCache
from booking.seating.values import Demand, Seated
from departments.hours import DAY
from departments.models import Department, Service
from departments.queries.days import shifts_by_day

DAYS_CACHED = 4096
OVERLAYS_CACHED = 64  # for each day


# The status of all of a day's slots, if they have the same, and of ranges of them.
Overlay = tuple[SlotStatus | None, tuple[tuple[SlotStatus, int, int], ...]]


@dataclass(frozen=True)
class SharedDay:
    """The slots of one local date, without any recipient's statuses."""

    starts: tuple[int, ...]  # seconds since 1970, in the order of the slots
    seconds: int  # the length of each slot
    offer: DayOffer
    _overlaid: dict[Overlay, DayOffer] = field(default_factory=dict)

    @classmethod
    def of(
        cls, date: dt.date, starts: Mapping[int, bool], seconds: int, *, has_shifts: bool = False
    ) -> Self:
        """``starts`` says whether each start is free."""
        in_order = tuple(sorted(starts))
        slots = tuple(
            Slot(
                dt.datetime.fromtimestamp(start, dt.UTC),
                dt.datetime.fromtimestamp(start + seconds, dt.UTC),
                SlotStatus.FREE if starts[start] else SlotStatus.BUSY,
            )
            for start in in_order
        )
        without = DayStatus.NO_TIMES if has_shifts else DayStatus.CLOSED
        status = DayStatus.OPEN if slots else without
        return cls(in_order, seconds, DayOffer(date, status, slots))

    def overlaid(
        self, everywhere: SlotStatus | None, ranges: Sequence[tuple[SlotStatus, slice]]
    ) -> DayOffer:
        """The day with the status ``everywhere`` on all slots, when it is given, and then that
        of each range; later ranges replace earlier ones. Equal overlays share one object."""
        key = (everywhere, tuple((status, part.start, part.stop) for status, part in ranges))
        found = self._overlaid.get(key)
        if found is None:
            if len(self._overlaid) >= OVERLAYS_CACHED:
                self._overlaid.clear()
            found = self._overlaid[key] = self._overlay(everywhere, ranges)
        return found

    def _overlay(
        self, everywhere: SlotStatus | None, ranges: Sequence[tuple[SlotStatus, slice]]
    ) -> DayOffer:
        statuses = [everywhere or slot.status for slot in self.offer.slots]
        for status, part in ranges:
            statuses[part] = [status] * (part.stop - part.start)
        slots = tuple(
            slot if slot.status is status else Slot(slot.starts_at, slot.ends_at, status)
            for slot, status in zip(self.offer.slots, statuses, strict=True)
        )
        return DayOffer(self.offer.date, self.offer.status, slots)

    def meeting(self, starts: int, ends: int) -> slice:
        """The slots that would meet a visit from ``starts`` until ``ends``."""
        first = bisect_right(self.starts, starts - self.seconds)
        return slice(first, max(first, bisect_left(self.starts, ends)))

    def at(self, instant: int) -> slice:
        """The slot that starts at an instant, if there is one."""
        return slice(bisect_left(self.starts, instant), bisect_right(self.starts, instant))

    def outside(self, first: int, after: int) -> tuple[slice, slice]:
        """The slots that don't lie within a window."""
        late = bisect_right(self.starts, after - self.seconds)
        return self.before(first), slice(late, len(self.starts))

    def before(self, instant: int) -> slice:
        """The slots that start before an instant."""
        return slice(0, bisect_left(self.starts, instant))


class DayStarts(NamedTuple):
    """What one Day's shifts give: starts in epoch seconds and whether each is free; and
    whether there are shifts, also of carers who are away."""

    starts: tuple[tuple[int, bool], ...] = ()
    has_shifts: bool = False


_NONE = DayStarts()

_dates: ProcessCache[SharedDay] = ProcessCache(DAYS_CACHED)
_needs: ProcessCache[Needs] = ProcessCache(DAYS_CACHED)


def shared_days(
    service: Service,
    dates: Collection[dt.date],
    facts: Iterable[DayFact],
    now: dt.datetime,
    moving: Booking | None = None,
    without: Booking | None = None,
) -> dict[dt.date, SharedDay]:
    """The slots of each date, from the shifts of its Day and of the Day before, whose night
    shifts last past midnight. A past day that was never laid out has none.

    ``facts`` are the department's Days around the dates. Runs no statement when all is cached;
    else one, two more when visits must be moved to decide, and one after a change of settings.
    The seats of the booking that is ``moving``, or ``without`` which days are asked for, count
    as free.
    """
    today = timezone.localdate(now)
    search = _Search.of(service, moving, without or moving)
    days = {fact.date: fact for fact in facts if fact.is_laid_out}
    keys = {date: search.key(fact, today) for date, fact in days.items()}
    found: dict[dt.date, SharedDay] = {}
    cache_keys: dict[dt.date, Hashable] = {}  # of the dates that may be cached
    for date in dates:
        # A day that is not laid out yet has no revision for a cache key.
        if moving is None and date in keys and (date - DAY in keys or date == today):
            less = (without.pk,) if without else ()
            cache_keys[date] = (date, keys.get(date - DAY), keys[date], *less)
            if known := _dates.get(cache_keys[date]):
                found[date] = known
    unknown = [date for date in dates if date not in found]
    if unknown:
        starts = _starts(search, unknown, days, now)
        for date in unknown:
            found[date] = SharedDay.of(
                date,
                _on(date, starts) if date not in days or days[date].takes_bookings else {},
                search.demand.seconds,
                has_shifts=starts.get(date, _NONE).has_shifts,
            )
            if date in cache_keys:
                _dates.put(cache_keys[date], found[date])
    return found


@dataclass(frozen=True)
class _Search:
    """What is offered: a service's demand at its department."""

    department: Department
    needs: Needs
    demand: Demand
    without: Booking | None  # whose seats count as free

    @classmethod
    def of(cls, service: Service, moving: Booking | None, without: Booking | None) -> Self:
        department = service.department
        rules = (department.pk, department.configuration_revision)
        needs = _needs.get(rules)
        if needs is None:
            needs = needs_of(department)
            _needs.put(rules, needs)
        demand = demand_of(service, needs.get(service.pk, frozenset()), moving)
        return cls(department, needs, demand, without)

    @property
    def step(self) -> int:
        return 60 * self.department.slot_minutes

    def key(self, day: DayFact, today: dt.date) -> Hashable:
        rules = self.department.configuration_revision
        return day.pk, day.revision, stands_still(day, today), rules, self.demand, self.step


def _starts(
    search: _Search,
    dates: Collection[dt.date],
    days: Mapping[dt.date, DayFact],
    now: dt.datetime,
) -> dict[dt.date, DayStarts]:
    """The starts of the Days of these dates and of the Days before them, by the Day's date. A
    Day that is set closed has none."""
    around = {*dates, *(date - DAY for date in dates)}
    laid_out = [days[date] for date in around if date in days and days[date].takes_bookings]
    found = _starts_laid_out(search, laid_out, now)
    today = timezone.localdate(now)
    missing = [date for date in around if date not in days and date >= today]
    if missing:
        for date, shifts in shifts_by_day(search.department, missing).items():
            starts = tuple(seating_of_shifts(shifts).starts(search.demand, search.step))
            found[date] = DayStarts(starts, bool(shifts))
    return found


def _starts_laid_out(
    search: _Search, days: Sequence[DayFact], now: dt.datetime
) -> dict[dt.date, DayStarts]:
    if not days:
        return {}
    demand, step, without = search.demand, search.step, search.without
    starts_of, staffed = summarized_starts(days, demand, step, now=now, without=without)
    others = [day for day in days if any(is_free is None for _, is_free in starts_of[day.pk])]
    seatings = day_seatings(others, search.needs, now=now, without=without) if others else {}

    def is_free(day: DayFact, start: int, known: bool | None) -> bool:
        return isinstance(seatings[day.pk].seat(demand, start), Seated) if known is None else known

    return {
        day.date: DayStarts(
            tuple((start, is_free(day, start, known)) for start, known in starts_of[day.pk]),
            day.pk in staffed,
        )
        for day in days
    }


def _on(date: dt.date, starts: Mapping[dt.date, DayStarts]) -> dict[int, bool]:
    """The starts on a local date: free when one of the two Days has a seat."""
    begins, ends = (int(midnight(day).timestamp()) for day in (date, date + DAY))
    found: dict[int, bool] = {}
    before, own = starts.get(date - DAY, _NONE), starts.get(date, _NONE)
    for start, is_free in (*before.starts, *own.starts):
        if begins <= start < ends:
            found[start] = is_free or found.get(start, False)
    return found
