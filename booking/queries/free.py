"""What a department's days offer to anybody: the part of an offer that all people share.

A day is computed once for each revision and kept in the process, bounded, with what has
been made of it (``DayOffer.made``): until something changes, everybody whose own affairs
leave a day alone gets the same ``DayOffer`` object.
"""

import datetime as dt
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Self

from django.utils import timezone

from booking.calendar.offers import DayOffer, DayStatus, Slot, SlotStatus
from booking.models import Booking
from booking.queries.day_seatings import (
    Needs,
    day_seatings,
    demand_of,
    glances_at,
    needs_of,
    seating_of_shifts,
    stands_still,
)
from booking.queries.days import DayFact
from booking.queries.process_cache import ProcessCache
from booking.seating.values import Demand, Seated
from departments.hours import DAY, local_instant
from departments.models import Department, Service
from departments.queries.days import shifts_by_day

DAYS_KEPT = 4096
TOLD_KEPT = 64  # ways in which one day is told


# What all of a day's slots are to a person, if one thing, and what stretches of them are.
Told = tuple[SlotStatus | None, tuple[tuple[SlotStatus, int, int], ...]]


@dataclass(frozen=True)
class SharedDay:
    """One local date as anybody finds it. All slots last as long."""

    starts: tuple[int, ...]  # in seconds since 1970, as the slots stand
    seconds: int
    offer: DayOffer
    _told: dict[Told, DayOffer] = field(default_factory=dict)

    @classmethod
    def of(cls, date: dt.date, starts: Mapping[int, bool], seconds: int) -> Self:
        """Of the starts, and whether each is free."""
        in_order = tuple(sorted(starts))
        slots = tuple(
            Slot(
                dt.datetime.fromtimestamp(start, dt.UTC),
                dt.datetime.fromtimestamp(start + seconds, dt.UTC),
                SlotStatus.FREE if starts[start] else SlotStatus.BUSY,
            )
            for start in in_order
        )
        status = DayStatus.OPEN if slots else DayStatus.CLOSED
        return cls(in_order, seconds, DayOffer(date, status, slots))

    def told(
        self, all_of_it: SlotStatus | None, cuts: Sequence[tuple[SlotStatus, slice]]
    ) -> DayOffer:
        """The day as a person finds it to whom all of it is one thing (or None: as it is)
        and then the cuts are another, the last one lying on top. Whoever finds it the
        same gets the same object."""
        name = (all_of_it, tuple((status, cut.start, cut.stop) for status, cut in cuts))
        found = self._told.get(name)
        if found is None:
            if len(self._told) >= TOLD_KEPT:
                self._told.clear()
            found = self._told[name] = self._laid_over(all_of_it, cuts)
        return found

    def _laid_over(
        self, all_of_it: SlotStatus | None, cuts: Sequence[tuple[SlotStatus, slice]]
    ) -> DayOffer:
        statuses = [all_of_it or slot.status for slot in self.offer.slots]
        for status, cut in cuts:
            statuses[cut] = [status] * (cut.stop - cut.start)
        slots = tuple(
            slot if slot.status is status else Slot(slot.starts_at, slot.ends_at, status)
            for slot, status in zip(self.offer.slots, statuses, strict=True)
        )
        return DayOffer(self.offer.date, self.offer.status, slots)

    def meeting(self, starts: int, ends: int) -> slice:
        """The slots that would meet a visit from ``starts`` until ``ends``."""
        first = bisect_right(self.starts, starts - self.seconds)
        return slice(first, max(first, bisect_left(self.starts, ends)))

    def before(self, instant: int) -> slice:
        """The slots that start before an instant."""
        return slice(0, bisect_left(self.starts, instant))


# (a start in epoch seconds, whether it is free), as one Day's shifts give them
Starts = tuple[tuple[int, bool], ...]

_days: ProcessCache[Starts] = ProcessCache(DAYS_KEPT)
_dates: ProcessCache[SharedDay] = ProcessCache(DAYS_KEPT)
_needs: ProcessCache[Needs] = ProcessCache(DAYS_KEPT)


def shared_days(
    service: Service,
    dates: Collection[dt.date],
    facts: Iterable[DayFact],
    now: dt.datetime,
    moving: Booking | None = None,
) -> dict[dt.date, SharedDay]:
    """Each date's slots as the Days of these dates offer them to anybody, and the Days
    before them, whose nights reach past midnight. A day gone by that was never laid out
    has none.

    ``facts`` are the department's Days around the dates. No statement when all is known;
    else one, two more when visits must be moved to know, and one after a change of rules.
    """
    today = timezone.localdate(now)
    asked = _Asked.of(service, moving)
    days = {fact.date: fact for fact in facts if fact.is_laid_out}
    keys = {date: asked.key(fact, today) for date, fact in days.items()}
    found: dict[dt.date, SharedDay] = {}
    names: dict[dt.date, Hashable] = {}  # of what may be kept
    for date in dates:
        # A day that is not laid out yet has no revision to be kept under.
        if moving is None and date in keys and (date - DAY in keys or date == today):
            names[date] = (date, keys.get(date - DAY), keys[date])
            if known := _dates.get(names[date]):
                found[date] = known
    unknown = [date for date in dates if date not in found]
    if unknown:
        starts = _starts(asked, unknown, days, keys, now)
        for date in unknown:
            found[date] = SharedDay.of(date, _on(date, starts), asked.demand.seconds)
            if date in names:
                _dates.keep(names[date], found[date])
    return found


@dataclass(frozen=True)
class _Asked:
    department: Department
    needs: Needs
    demand: Demand
    moving: Booking | None

    @classmethod
    def of(cls, service: Service, moving: Booking | None) -> Self:
        department = service.department
        rules = (department.pk, department.configuration_revision)
        needs = _needs.get(rules)
        if needs is None:
            needs = needs_of(department)
            _needs.keep(rules, needs)
        demand = demand_of(service, needs.get(service.pk, frozenset()), moving)
        return cls(department, needs, demand, moving)

    @property
    def step(self) -> int:
        return 60 * self.department.slot_minutes

    def key(self, day: DayFact, today: dt.date) -> Hashable:
        rules = self.department.configuration_revision
        return day.pk, day.revision, stands_still(day, today), rules, self.demand, self.step


def _starts(
    asked: _Asked,
    dates: Collection[dt.date],
    days: Mapping[dt.date, DayFact],
    keys: Mapping[dt.date, Hashable],
    now: dt.datetime,
) -> dict[dt.date, Starts]:
    """What the Days of these dates and the Days before them offer, by the Day's date."""
    reached = {*dates, *(date - DAY for date in dates)}
    laid_out = [days[date] for date in reached if date in days]
    found: dict[dt.date, Starts] = {}
    if asked.moving is None:
        kept = {day.date: _days.get(keys[day.date]) for day in laid_out}
        found = {date: starts for date, starts in kept.items() if starts is not None}
        laid_out = [day for day in laid_out if day.date not in found]
    for date, starts in _starts_laid_out(asked, laid_out, now).items():
        found[date] = starts
        if asked.moving is None:
            _days.keep(keys[date], starts)
    today = timezone.localdate(now)
    missing = [date for date in reached if date not in days and date >= today]
    if missing:
        for date, shifts in shifts_by_day(asked.department, missing).items():
            found[date] = tuple(seating_of_shifts(shifts).starts(asked.demand, asked.step))
    return found


def _starts_laid_out(
    asked: _Asked, days: Sequence[DayFact], now: dt.datetime
) -> dict[dt.date, Starts]:
    if not days:
        return {}
    demand, step, moving = asked.demand, asked.step, asked.moving
    glances = glances_at(days, demand, step, now=now, without=moving)
    others = [day for day in days if any(is_free is None for _, is_free in glances[day.pk])]
    boards = day_seatings(others, asked.needs, now=now, without=moving) if others else {}

    def is_free(day: DayFact, start: int, glance: bool | None) -> bool:
        return isinstance(boards[day.pk].seat(demand, start), Seated) if glance is None else glance

    return {
        day.date: tuple((start, is_free(day, start, glance)) for start, glance in glances[day.pk])
        for day in days
    }


def _on(date: dt.date, starts: Mapping[dt.date, Starts]) -> dict[int, bool]:
    """The starts on a local date; free when either Day has a seat."""
    zone = timezone.get_default_timezone()
    begins, ends = (
        int(local_instant(day, dt.time(), zone).timestamp()) for day in (date, date + DAY)
    )
    found: dict[int, bool] = {}
    for start, is_free in (*starts.get(date - DAY, ()), *starts.get(date, ())):
        if begins <= start < ends:
            found[start] = is_free or found.get(start, False)
    return found
