"""Compute shifts from opening hours: local times in, instants out.

Opening hours are local wall time; everything else is an instant in UTC. Only
``local_instant`` converts. An ``Interval`` is half-open: one that ends at ten does not
overlap one that starts at ten.
"""

import datetime as dt
import uuid
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from departments.public_holidays import is_public_holiday

SUNDAY = 7
DAY = dt.timedelta(days=1)
WEEK = dt.timedelta(days=7)


@dataclass(frozen=True, order=True)
class Interval:
    """The instants from ``start`` up to, but not including, ``end``."""

    start: dt.datetime
    end: dt.datetime

    def __post_init__(self) -> None:
        if self.end <= self.start:
            raise ValueError("an interval ends after it starts")

    def overlaps(self, other: "Interval") -> bool:
        return self.start < other.end and other.start < self.end

    def contains(self, other: "Interval") -> bool:
        return self.start <= other.start and other.end <= self.end

    def overlap(self, other: "Interval") -> dt.timedelta:
        """The duration of the overlap, or zero."""
        shared = min(self.end, other.end) - max(self.start, other.start)
        return max(shared, dt.timedelta(0))

    @property
    def duration(self) -> dt.timedelta:
        return self.end - self.start


LONG_SHIFT = dt.timedelta(hours=14)
EVENING_ENDS = dt.time(4)


def is_unusual(period: Interval, timezone: dt.tzinfo) -> bool:
    """Whether a shift is so long, or so far into the next day, that it may be a slip: 16:00 to
    12:00 is a night of 20 hours. An evening that ends after midnight is usual."""
    starts, ends = period.start.astimezone(timezone), period.end.astimezone(timezone)
    is_overnight = ends.date() > starts.date() and ends.time() > EVENING_ENDS
    return is_overnight or period.duration > LONG_SHIFT


class HolidayRule(StrEnum):
    """Hours on public holidays. Same values as ``Department.PublicHolidays``."""

    CLOSED = "closed"
    AS_SUNDAY = "sunday"
    AS_USUAL = "usual"


@dataclass(frozen=True)
class Staffing:
    """Hours and the number of employees at work.

    ``closes_at`` at or before ``opens_at`` means the next day. ``id`` is that of the
    database row, or None before there is one.
    """

    opens_at: dt.time
    closes_at: dt.time
    staff: int
    break_starts_at: dt.time | None = None
    break_minutes: int = 0
    qualification_ids: frozenset[uuid.UUID] = frozenset()
    id: uuid.UUID | None = None


@dataclass(frozen=True)
class WeeklyHours:
    """Staffing on one weekday (ISO: Monday is 1) of every n-th week.

    Weeks are counted from the week in which ``valid_from`` falls.
    """

    staffing: Staffing
    weekday: int
    valid_from: dt.date
    valid_until: dt.date | None = None
    every_n_weeks: int = 1

    def applies_on(self, date: dt.date, weekday: int) -> bool:
        """Whether the row applies on ``date`` when that day follows the hours of ``weekday``."""
        if weekday != self.weekday or date < self.valid_from:
            return False
        if self.valid_until is not None and date > self.valid_until:
            return False
        return self._weeks_since_turn(date) == 0

    def next_turn(self, date: dt.date) -> dt.date:
        """The first day from ``date`` in one of the row's weeks."""
        wait = -self._weeks_since_turn(date) % self.every_n_weeks
        return monday(date) + dt.timedelta(weeks=wait) if wait else date

    def _weeks_since_turn(self, date: dt.date) -> int:
        """The number of weeks since the last week to which the row applies."""
        weeks = (monday(date) - monday(self.valid_from)).days // 7
        return weeks % self.every_n_weeks


@dataclass(frozen=True)
class Rules:
    """Everything that decides the shifts of a department's days."""

    timezone: dt.tzinfo
    weekly: tuple[WeeklyHours, ...] = ()
    special: Mapping[dt.date, tuple[Staffing, ...]] = field(default_factory=dict)
    on_holidays: HolidayRule = HolidayRule.AS_SUNDAY


@dataclass(frozen=True)
class ShiftDraft:
    """One shift that the hours need."""

    period: Interval
    pause: Interval | None
    qualification_ids: frozenset[uuid.UUID]
    hours_id: uuid.UUID | None
    is_special: bool


def local_instant(date: dt.date, time: dt.time, timezone: dt.tzinfo) -> dt.datetime:
    """The UTC instant of the local ``time`` on ``date`` in ``timezone``.

    When clocks are set back, a time that occurs twice means the first. When they are set
    forward, a time that does not exist means the first instant after the gap. The offsets
    of the two folds differ in both cases, in opposite directions.
    """
    first = dt.datetime.combine(date, time.replace(fold=0), tzinfo=timezone)
    second = first.replace(fold=1)
    before, after = first.utcoffset(), second.utcoffset()
    assert before is not None
    assert after is not None
    if before >= after:
        return first.astimezone(dt.UTC)
    # The time does not exist: find the clock change between the two folds.
    seconds = range(int(second.timestamp()), int(first.timestamp()) + 1)
    change = bisect_left(
        seconds,
        True,
        key=lambda second: dt.datetime.fromtimestamp(second, timezone).utcoffset() == after,
    )
    return dt.datetime.fromtimestamp(seconds[change], dt.UTC)


def lay_out(date: dt.date, rules: Rules) -> list[ShiftDraft]:
    """The shifts that start on ``date``, earliest first."""
    return _drafts(date, hours_on(date, rules), rules.timezone, is_special=date in rules.special)


def hours_on(date: dt.date, rules: Rules) -> Sequence[Staffing]:
    """The hours of ``date``: a special day's own, or those of the ordinary week.

    A public holiday follows the department's rule, unless it is a special day.
    """
    if date in rules.special:
        return rules.special[date]
    if rules.on_holidays != HolidayRule.AS_USUAL and is_public_holiday(date):
        return [] if rules.on_holidays == HolidayRule.CLOSED else hours_as(SUNDAY, date, rules)
    return hours_as(date.isoweekday(), date, rules)


def is_closed(date: dt.date, rules: Rules) -> bool:
    """Whether a special day or the rule for public holidays closes the date. Then nothing is
    offered, whatever shifts are left. A weekday without hours is not closed by that: shifts
    made by hand on it can be booked.
    """
    if date in rules.special:
        return not rules.special[date]
    return rules.on_holidays == HolidayRule.CLOSED and is_public_holiday(date)


def changed_dates(dates: Iterable[dt.date], before: Rules, after: Rules) -> set[dt.date]:
    """The dates on which the two sets of rules give other hours."""
    return {
        date
        for date in dates
        if hours_on(date, before) != hours_on(date, after)
        or is_closed(date, before) != is_closed(date, after)
    }


def hours_as(weekday: int, date: dt.date, rules: Rules) -> list[Staffing]:
    """The ordinary hours of ``weekday``, from the rows valid on ``date``."""
    return [row.staffing for row in rules.weekly if row.applies_on(date, weekday)]


def _drafts(
    date: dt.date, rows: Iterable[Staffing], timezone: dt.tzinfo, *, is_special: bool
) -> list[ShiftDraft]:
    drafts = []
    for row in rows:
        period = period_of(date, row, timezone)
        if period is None:
            continue
        draft = ShiftDraft(
            period=period,
            pause=_pause(date, row, period, timezone),
            qualification_ids=row.qualification_ids,
            hours_id=row.id,
            is_special=is_special,
        )
        drafts += [draft] * row.staff
    return sorted(drafts, key=lambda draft: draft.period)


def period_of(date: dt.date, row: Staffing, timezone: dt.tzinfo) -> Interval | None:
    """The hours as instants, or None when they are within an hour that clocks skip."""
    start = local_instant(date, row.opens_at, timezone)
    last = date if row.closes_at > row.opens_at else date + dt.timedelta(days=1)
    end = local_instant(last, row.closes_at, timezone)
    return Interval(start, end) if end > start else None


def _pause(date: dt.date, row: Staffing, period: Interval, timezone: dt.tzinfo) -> Interval | None:
    """The break, or None when it is not within the shift."""
    if row.break_starts_at is None or not row.break_minutes:
        return None
    if row.break_starts_at < row.opens_at:
        date += dt.timedelta(days=1)
    start = local_instant(date, row.break_starts_at, timezone)
    pause = Interval(start, start + dt.timedelta(minutes=row.break_minutes))
    return pause if period.contains(pause) else None


def monday(date: dt.date) -> dt.date:
    """The Monday of the date's week."""
    return date - dt.timedelta(days=date.weekday())


def same_time_on(date: dt.date, like: dt.datetime, zone: dt.tzinfo) -> dt.datetime:
    """The instant on ``date`` with the same local time as ``like``.

    Keeps the local time over a clock change, because people mean "Tuesday at ten". A time
    that the clocks skip becomes the first instant after it.
    """
    return local_instant(date, like.astimezone(zone).time(), zone)


def a_week_later(instant: dt.datetime, zone: dt.tzinfo) -> dt.datetime:
    return same_time_on(instant.astimezone(zone).date() + WEEK, instant, zone)
