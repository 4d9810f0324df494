"""An offer as a calendar shows it: day parts, days by week, and a picture of a week.

A *run* joins neighbouring times of one kind: "busy 9–11". Runs cover the starts that can be
chosen, so a run ends where the next one begins. A *row* is one day in the list of days, a
*column* one day in the picture of the week.
"""

import datetime as dt
import itertools
import uuid
from bisect import bisect_left
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from booking.calendar.offers import DayOffer, DayStatus, Slot, SlotStatus
from booking.calendar.reasons import KIND_OF, Kind, reason_of_day
from departments.hours import local_instant, monday


class DayPart(StrEnum):
    """The parts of a day, as people speak of them."""

    NIGHT = "night"
    MORNING = "morning"
    AFTERNOON = "afternoon"
    EVENING = "evening"


PART_BEGINS = {DayPart.NIGHT: 0, DayPart.MORNING: 6, DayPart.AFTERNOON: 12, DayPart.EVENING: 17}


@dataclass(frozen=True)
class OwnVisit:
    """One of the recipient's own bookings, with what a calendar shows of it."""

    id: uuid.UUID
    service: str
    starts_at: dt.datetime
    ends_at: dt.datetime


@dataclass(frozen=True)
class Run:
    kind: Kind
    starts_at: dt.datetime
    ends_at: dt.datetime
    visit: OwnVisit | None = None
    why: str = ""  # the name of a closed day

    @property
    def is_short(self) -> bool:
        """In the picture it is too low for words on two lines."""
        return self.ends_at - self.starts_at < dt.timedelta(hours=1)

    def meets(self, kind: Kind, starts_at: dt.datetime) -> bool:
        return self.kind is kind and self.ends_at == starts_at


@dataclass(frozen=True)
class PartOfDay:
    part: DayPart
    runs: tuple[Run, ...]

    @property
    def free(self) -> int:
        return sum(run.kind is Kind.FREE for run in self.runs)


@dataclass(frozen=True)
class Row:
    """One day in the list: the number of free times and their day parts, or why there are
    none."""

    date: dt.date
    free: int = 0
    parts: tuple[DayPart, ...] = ()
    is_all_day: bool = False  # free in every part that the day has
    reason: Kind | None = None
    why: str = ""  # the name of a closed day


@dataclass(frozen=True)
class Column:
    date: dt.date
    runs: tuple[Run, ...]


@dataclass(frozen=True)
class WeekPicture:
    monday: dt.date
    columns: tuple[Column, ...]
    first_hour: int
    last_hour: int  # up to 24

    @property
    def hours(self) -> range:
        return range(self.first_hour, self.last_hour)

    @property
    def has_free(self) -> bool:
        return any(run.kind is Kind.FREE for column in self.columns for run in column.runs)

    @property
    def visits(self) -> list[OwnVisit]:
        return [run.visit for column in self.columns for run in column.runs if run.visit]


def part_at(instant: dt.datetime, timezone: dt.tzinfo) -> DayPart:
    hour = instant.astimezone(timezone).hour
    return [part for part, begins in PART_BEGINS.items() if begins <= hour][-1]


def spread(slots: Sequence[Slot], count: int) -> list[Slot]:
    """``count`` of the slots, in order: the middle one of each of ``count`` equal parts."""
    if len(slots) <= count:
        return list(slots)
    return [slots[(2 * part + 1) * len(slots) // (2 * count)] for part in range(count)]


def runs(
    slots: Sequence[Slot],
    *,
    step: dt.timedelta,
    join_free: bool = True,
    cuts: Collection[dt.datetime] = (),
) -> list[Run]:
    """Join neighbouring slots of one kind; ``step`` is their grid. A new run begins at each
    instant in ``cuts``.

    Slots that meet an own visit are left out, because the visit itself is shown.
    """
    found: list[Run] = []
    for slot, following in zip(slots, [*slots[1:], None], strict=False):
        kind = KIND_OF.get(slot.status)
        if kind is None:
            continue
        joins = join_free or kind is not Kind.FREE
        ends_at = slot.ends_at
        # Slots that can't be booked are joined across the gap between two shifts.
        joined_until = slot.starts_at + step if kind is Kind.FREE else ends_at + step
        is_last_free = (
            join_free
            and kind is Kind.FREE
            and following is not None
            and following.status is not slot.status
        )
        if joins and following and following.starts_at <= max(joined_until, ends_at):
            ends_at = ends_at if is_last_free else following.starts_at
        last = found[-1] if found else None
        if last and joins and slot.starts_at not in cuts and last.meets(kind, slot.starts_at):
            found[-1] = Run(kind, last.starts_at, ends_at)
        else:
            found.append(Run(kind, slot.starts_at, ends_at))
    return found


# The page of one day names all other kinds once, above the times.
KINDS_SHOWN = frozenset({Kind.FREE, Kind.BUSY, Kind.TOO_SOON})


def parts_of_day(
    day: DayOffer, own: Iterable[OwnVisit], *, step: dt.timedelta, timezone: dt.tzinfo
) -> list[PartOfDay]:
    """The times of one day by day part: free times one by one, others in runs, and own visits.

    A free time lasts as long as its visit. What it covers is not shown as busy too, although no
    other visit may begin then.
    """
    cuts = {_at_hour(day.date, hour, timezone) for hour in PART_BEGINS.values()}
    found = [
        run
        for run in runs(day.slots, step=step, join_free=False, cuts=cuts)
        if run.kind in KINDS_SHOWN
    ]
    free = [run for run in found if run.kind is Kind.FREE]
    found = _beside(free, (run for run in found if run.kind is not Kind.FREE))
    found += [_mine(visit) for visit in own if _on(visit, timezone) == day.date]
    found.sort(key=lambda run: run.starts_at)
    return [
        PartOfDay(part, tuple(runs))
        for part, runs in itertools.groupby(found, lambda run: part_at(run.starts_at, timezone))
    ]


def row(day: DayOffer, *, timezone: dt.tzinfo) -> Row:
    free = [slot for slot in day.slots if slot.status is SlotStatus.FREE]
    if not free:
        return Row(day.date, reason=reason_of_day(day))
    parts = _parts(day.date, free, timezone)
    ahead = _parts(
        day.date, [slot for slot in day.slots if slot.status is not SlotStatus.PAST], timezone
    )
    return Row(
        day.date,
        free=len(free),
        parts=tuple(parts),
        is_all_day=len(parts) > 1 and parts == ahead,
    )


def _parts(date: dt.date, slots: Sequence[Slot], timezone: dt.tzinfo) -> list[DayPart]:
    """The day parts of the date in which these slots, in order, start."""
    edges = [_at_hour(date, hour, timezone) for hour in (*PART_BEGINS.values(), 24)]
    indexes = [bisect_left(slots, edge, key=lambda slot: slot.starts_at) for edge in edges]
    return [
        part
        for part, (first, after) in zip(DayPart, itertools.pairwise(indexes), strict=True)
        if first < after
    ]


def by_week(rows: Iterable[Row]) -> list[tuple[Row, ...]]:
    return [tuple(rows) for _, rows in itertools.groupby(rows, lambda row: monday(row.date))]


def week_picture(
    first: dt.date,
    offer: Iterable[DayOffer],
    own: Iterable[OwnVisit],
    *,
    today: dt.date,
    step: dt.timedelta,
    timezone: dt.tzinfo,
    closed: Mapping[dt.date, str] = MappingProxyType({}),
) -> WeekPicture:
    """Seven columns from the Monday ``first``. A day without an offer is over, or can't be
    booked yet. Runs are cut at midnight. ``closed`` has the names of closed days.
    """
    days = {day.date: day for day in offer}
    dates = [first + dt.timedelta(days=n) for n in range(7)]
    shared = {date: day.made(_day_runs, step, timezone) for date, day in days.items()}
    found: dict[dt.date, list[Run]] = {}
    first_hours, last_hours = [], []
    for date in dates:
        mine = [_mine(visit) for visit in own if _on(visit, timezone) == date]
        others = shared.get(date, _NOTHING)
        found[date] = _beside(mine, others.runs)
        first_hours += [others.first_hour, *(_first_hour(run, timezone) for run in mine)]
        last_hours += [others.last_hour, *(_last_hour(run, date, timezone) for run in mine)]
    first_hour = min((hour for hour in first_hours if hour is not None), default=8)
    last_hour = max((hour for hour in last_hours if hour is not None), default=16)

    def column(date: dt.date) -> Column:
        if date not in days and not found[date]:
            kind = Kind.OVER if date < today else Kind.NOT_YET
        else:
            has_no_times = date in days and days[date].status is DayStatus.NO_TIMES
            kind = Kind.NO_TIMES if has_no_times else Kind.CLOSED
        begins, ends = _at_hour(date, first_hour, timezone), _at_hour(date, last_hour, timezone)
        why = closed.get(date, "") if kind is Kind.CLOSED else ""
        return Column(date, _fill(found[date], kind, begins, ends, why))

    return WeekPicture(first, tuple(map(column, dates)), first_hour, last_hour)


@dataclass(frozen=True)
class _DayRuns:
    """A day's slots as runs, and their first and last hour."""

    runs: tuple[Run, ...] = ()
    first_hour: int | None = None
    last_hour: int | None = None


_NOTHING = _DayRuns()


def _day_runs(day: DayOffer, step: dt.timedelta, timezone: dt.tzinfo) -> _DayRuns:
    # As on the day's page: a free time lasts as long as its visit.
    all_runs = runs(day.slots, step=step)
    free = [run for run in all_runs if run.kind is Kind.FREE]
    found = tuple(_beside(free, (run for run in all_runs if run.kind is not Kind.FREE)))
    return _DayRuns(
        found,
        min((_first_hour(run, timezone) for run in found), default=None),
        max((_last_hour(run, day.date, timezone) for run in found), default=None),
    )


def _mine(visit: OwnVisit) -> Run:
    return Run(Kind.MINE, visit.starts_at, visit.ends_at, visit)


def _on(visit: OwnVisit, timezone: dt.tzinfo) -> dt.date:
    return visit.starts_at.astimezone(timezone).date()


def _beside(shown: list[Run], others: Iterable[Run]) -> list[Run]:
    """The runs that are ``shown``, and the parts of ``others`` that they leave."""
    left = list(others)
    for mine in shown:
        pieces = []
        for run in left:
            before = Run(run.kind, run.starts_at, min(run.ends_at, mine.starts_at))
            after = Run(run.kind, max(run.starts_at, mine.ends_at), run.ends_at)
            pieces += [piece for piece in (before, after) if piece.starts_at < piece.ends_at]
        left = pieces
    return sorted(shown + left, key=lambda run: run.starts_at)


def _fill(
    found: list[Run], kind: Kind, begins: dt.datetime, ends: dt.datetime, why: str
) -> tuple[Run, ...]:
    """The runs of a day, and runs of ``kind`` for an hour or more that is empty before or after
    them."""
    if not found:
        return (Run(kind, begins, ends, why=why),)
    space = [
        Run(kind, begins, found[0].starts_at),
        Run(kind, max(run.ends_at for run in found), ends),
    ]
    seen = [run for run in space if run.ends_at - run.starts_at >= dt.timedelta(hours=1)]
    return tuple(sorted(found + seen, key=lambda run: run.starts_at))


def _first_hour(run: Run, timezone: dt.tzinfo) -> int:
    return run.starts_at.astimezone(timezone).hour


def _last_hour(run: Run, date: dt.date, timezone: dt.tzinfo) -> int:
    end = run.ends_at.astimezone(timezone)
    return 24 if end.date() > date else end.hour + (end.minute > 0)


def _at_hour(date: dt.date, hour: int, timezone: dt.tzinfo) -> dt.datetime:
    days, hour = divmod(hour, 24)
    return local_instant(date + dt.timedelta(days=days), dt.time(hour), timezone)
