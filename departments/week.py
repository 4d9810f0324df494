"""The ordinary week as a picture.

A ``Bar`` is one row of opening hours, with one ``Stripe`` per employee. Filled stripes are
in use at the busiest moment; dashed ones are removed by the change being previewed. The
``Axis`` covers the hours of all days; hours after midnight are to the right of 24.
"""

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from departments.hours import Staffing, WeeklyHours

DAY = 24 * 60
STEP = 5  # minutes per column of the picture
LONGEST = 36  # hours on the axis, at most
TALLEST = 72  # height of one bar, at most
STRIPE = 10  # height of one stripe, at most


class Use(StrEnum):
    FREE = "free"
    USED = "used"
    GONE = "gone"


@dataclass(frozen=True)
class Stripe:
    top: float
    height: float
    use: Use


@dataclass(frozen=True)
class Axis:
    first_hour: int = 8
    last_hour: int = 16

    @property
    def classes(self) -> str:
        """Classes of time-grid.css."""
        return f"from-{self.first_hour:02} hours-{self.last_hour - self.first_hour}"

    @property
    def hours(self) -> list[int]:
        """The hours of the day, from 0 to 23."""
        return [hour % 24 for hour in range(self.first_hour, self.last_hour)]


@dataclass(frozen=True)
class Bar:
    """``staff_before`` is set when the change being previewed makes the row different."""

    hours: WeeklyHours
    starts: int  # minutes after midnight, in whole steps
    minutes: int
    used: int = 0
    staff_before: int | None = None
    is_removed: bool = False

    @property
    def classes(self) -> str:
        return place(self.hours.staffing)

    @property
    def id(self) -> uuid.UUID | None:
        return self.hours.staffing.id

    @property
    def staff(self) -> int:
        return 0 if self.is_removed else self.hours.staffing.staff

    @property
    def ends(self) -> int:
        return self.starts + self.minutes

    @property
    def is_changed(self) -> bool:
        return self.staff_before is not None

    @property
    def height(self) -> int:
        return min(STRIPE * max(self.staff, self.staff_before or 0), TALLEST)

    @property
    def stripes(self) -> list[Stripe]:
        """From the top: removed, free, in use."""
        count = max(self.staff, self.staff_before or 0)
        gone = count - self.staff
        free = self.staff - min(self.used, self.staff)
        step = self.height / count
        return [
            Stripe(
                top=round(number * step, 2),
                height=round(step, 2),
                use=Use.GONE if number < gone else Use.FREE if number < gone + free else Use.USED,
            )
            for number in range(count)
        ]


class Gap(NamedTuple):
    start: dt.time
    end: dt.time


class Extent(NamedTuple):
    """In whole steps; ``starts`` is in minutes after midnight."""

    starts: int
    minutes: int


@dataclass(frozen=True)
class WeekDay:
    """One weekday and its bars."""

    weekday: int
    date: dt.date
    bars: Sequence[Bar] = ()

    @property
    def closed_between(self) -> list[Gap]:
        gaps = []
        reached = None
        for bar in self.bars:
            if bar.is_removed:
                continue
            if reached is not None and bar.starts > reached:
                gaps.append(Gap(_clock(reached), _clock(bar.starts)))
            reached = bar.ends if reached is None else max(reached, bar.ends)
        return gaps


@dataclass(frozen=True)
class Week:
    axis: Axis = field(default_factory=Axis)
    days: Sequence[WeekDay] = ()

    @property
    def has_gone(self) -> bool:
        """Whether a stripe is dashed."""
        return any(
            stripe.use is Use.GONE
            for day in self.days
            for bar in day.bars
            for stripe in bar.stripes
        )


def next_date(row: WeeklyHours, on_or_after: dt.date) -> dt.date | None:
    """The first date from ``on_or_after`` to which the row applies, or None."""
    start = max(on_or_after, row.valid_from)
    start += dt.timedelta(days=(row.weekday - start.isoweekday()) % 7)
    for turn in range(row.every_n_weeks):
        date = start + dt.timedelta(weeks=turn)
        if row.applies_on(date, row.weekday):
            return date
    return None


def week_of(
    rows: Iterable[WeeklyHours],
    *,
    on: dt.date,
    use: Mapping[uuid.UUID, int],
    staff_before: Mapping[uuid.UUID, int] | None = None,
    removed: Iterable[WeeklyHours] = (),
    before: Iterable[Staffing] = (),
) -> Week:
    """The week in the seven days from ``on``, Monday first. The axis covers the hours
    ``before`` a change too, so that hours that go are seen to go.

    A row for every n-th week is included when it applies within n weeks. ``removed`` are
    rows that the change being previewed removes.
    """
    bars: dict[int, list[Bar]] = {weekday: [] for weekday in range(1, 8)}
    for row in rows:
        date = next_date(row, on)
        if date is not None and date < on + dt.timedelta(weeks=row.every_n_weeks):
            bars[row.weekday].append(_bar(row, use, staff_before or {}))
    for row in removed:
        bars[row.weekday].append(_removed(row))

    def date_of(weekday: int) -> dt.date:
        return on + dt.timedelta(days=(weekday - on.isoweekday()) % 7)

    days = [
        WeekDay(
            weekday=weekday,
            date=date_of(weekday),
            bars=sorted(found, key=lambda bar: (bar.starts, bar.minutes, str(bar.id))),
        )
        for weekday, found in bars.items()
    ]
    shown = [bar.hours.staffing for day in days for bar in day.bars]
    return Week(axis=axis_around([*shown, *before]), days=days)


def _bar(
    row: WeeklyHours, use: Mapping[uuid.UUID, int], staff_before: Mapping[uuid.UUID, int]
) -> Bar:
    starts, minutes = extent(row.staffing)
    key = row.staffing.id
    return Bar(
        hours=row,
        starts=starts,
        minutes=minutes,
        used=use.get(key, 0) if key else 0,
        staff_before=staff_before.get(key) if key else None,
    )


def _removed(row: WeeklyHours) -> Bar:
    starts, minutes = extent(row.staffing)
    return Bar(
        hours=row,
        starts=starts,
        minutes=minutes,
        staff_before=row.staffing.staff,
        is_removed=True,
    )


def extent(staffing: Staffing) -> Extent:
    opens, closes = _minutes(staffing.opens_at), _minutes(staffing.closes_at)
    if closes <= opens:
        closes += DAY
    starts = opens // STEP * STEP
    return Extent(starts, max(STEP, closes // STEP * STEP - starts))


def place(staffing: Staffing) -> str:
    """Classes of time-grid.css that place the hours on an axis."""
    starts, minutes = extent(staffing)
    return f"at-{starts // 60:02}{starts % 60:02} for-{minutes}"


def axis_around(hours: Iterable[Staffing]) -> Axis:
    """An axis that covers the hours."""
    extents = [extent(staffing) for staffing in hours]
    if not extents:
        return Axis()
    first = min(each.starts for each in extents) // 60
    last = -(-max(each.starts + each.minutes for each in extents) // 60)
    return Axis(first_hour=first, last_hour=min(last, first + LONGEST))


def _minutes(time: dt.time) -> int:
    return time.hour * 60 + time.minute


def _clock(minutes: int) -> dt.time:
    return dt.time(minutes // 60 % 24, minutes % 60)
