"""Coming days that do not follow the ordinary week."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from django.utils.translation import gettext as _

from departments.hours import SUNDAY, HolidayRule, Rules, Staffing, hours_as, hours_on
from departments.models import Department, SpecialDay
from departments.public_holidays import is_public_holiday, public_holiday_names
from departments.queries.hours import rules_of
from departments.week import Axis, axis_around, place

AHEAD = dt.timedelta(days=400)  # includes every holiday of the next year


class SpecialDayKind(StrEnum):
    """Which rule decides the hours of a special day."""

    OWN_CLOSED = "own_closed"
    OWN_HOURS = "own_hours"
    CLOSED = "closed"
    AS_SUNDAY = "sunday"
    AS_USUAL = "usual"


class HoursBar(NamedTuple):
    """Hours and the CSS classes that place them on the time axis."""

    classes: str
    hours: Staffing


@dataclass(frozen=True)
class ComingSpecialDay:
    date: dt.date
    name: str
    kind: SpecialDayKind
    hours: Sequence[Staffing]
    bookable_from: dt.date

    @property
    def is_own(self) -> bool:
        return self.kind in (SpecialDayKind.OWN_CLOSED, SpecialDayKind.OWN_HOURS)

    @property
    def kind_name(self) -> str:
        return {
            SpecialDayKind.OWN_CLOSED: _("Closed"),
            SpecialDayKind.CLOSED: _("Closed"),
            SpecialDayKind.OWN_HOURS: _("Hours of its own"),
            SpecialDayKind.AS_SUNDAY: _("As on Sundays"),
            SpecialDayKind.AS_USUAL: _("As on other days"),
        }[self.kind]

    @property
    def bars(self) -> list[HoursBar]:
        return [HoursBar(place(staffing), staffing) for staffing in self.hours]


@dataclass(frozen=True)
class ComingSpecialDays:
    axis: Axis
    days: Sequence[ComingSpecialDay]


def coming_special_days(department: Department, today: dt.date) -> ComingSpecialDays:
    """Public holidays and the department's own special days, soonest first."""
    ahead = [today + dt.timedelta(days=n) for n in range(AHEAD.days)]
    own = dict(
        SpecialDay.objects.filter(department=department, date__gte=today).values_list(
            "date", "name"
        )
    )
    dates = sorted({date for date in ahead if is_public_holiday(date)} | own.keys())
    rules = rules_of(department, dates)
    days = [
        ComingSpecialDay(
            date=date,
            name=own.get(date) or holiday_name(date),
            kind=_kind(date, rules),
            hours=_sorted_hours(hours_on(date, rules)),
            bookable_from=date - dt.timedelta(days=department.horizon_days),
        )
        for date in dates
    ]
    return ComingSpecialDays(
        axis=axis_around(staffing for day in days for staffing in day.hours), days=days
    )


def opening_hours_on(department: Department, date: dt.date) -> list[Staffing]:
    return _sorted_hours(hours_on(date, rules_of(department, [date])))


def sunday_hours(department: Department, date: dt.date) -> list[Staffing]:
    return _sorted_hours(hours_as(SUNDAY, date, rules_of(department, [])))


def special_day_name(department: Department, date: dt.date) -> str | None:
    found = SpecialDay.objects.filter(department=department, date=date)
    return found.values_list("name", flat=True).first()


def holiday_name(date: dt.date) -> str:
    return _(" and ").join(map(str, public_holiday_names(date)))


def _sorted_hours(hours: Sequence[Staffing]) -> list[Staffing]:
    return sorted(hours, key=lambda staffing: (staffing.opens_at, staffing.closes_at))


def _kind(date: dt.date, rules: Rules) -> SpecialDayKind:
    if date in rules.special:
        return SpecialDayKind.OWN_HOURS if rules.special[date] else SpecialDayKind.OWN_CLOSED
    if rules.on_holidays == HolidayRule.CLOSED:
        return SpecialDayKind.CLOSED
    return (
        SpecialDayKind.AS_SUNDAY
        if rules.on_holidays == HolidayRule.AS_SUNDAY
        else SpecialDayKind.AS_USUAL
    )
