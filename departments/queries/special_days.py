"""The days ahead that don't follow the ordinary week."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from django.utils.translation import gettext as _

from departments.hours import SUNDAY, HolidayRule, Rules, Staffing, hours_as, hours_on
from departments.models import Department, SpecialDay
from departments.public_holidays import is_public_holiday, public_holiday_names
from departments.queries.hours import rules_of
from departments.week import Axis, axis_around, place

AHEAD = dt.timedelta(days=400)  # any holiday of the next year is among them


class Kind(StrEnum):
    """Why a day is as it is."""

    OWN_CLOSED = "own_closed"
    OWN_HOURS = "own_hours"
    CLOSED = "closed"
    AS_SUNDAY = "sunday"
    AS_USUAL = "usual"


@dataclass(frozen=True)
class ComingDay:
    date: dt.date
    name: str
    kind: Kind
    hours: Sequence[Staffing]
    bookable_from: dt.date

    @property
    def is_own(self) -> bool:
        return self.kind in (Kind.OWN_CLOSED, Kind.OWN_HOURS)

    @property
    def placed(self) -> list[tuple[str, Staffing]]:
        return [(place(staffing), staffing) for staffing in self.hours]


@dataclass(frozen=True)
class ComingDays:
    axis: Axis
    days: Sequence[ComingDay]


def coming_special_days(department: Department, today: dt.date) -> ComingDays:
    """Public holidays and the department's own days, soonest first."""
    ahead = [today + dt.timedelta(days=n) for n in range(AHEAD.days)]
    own = dict(
        SpecialDay.objects.filter(department=department, date__gte=today).values_list(
            "date", "name"
        )
    )
    dates = sorted({date for date in ahead if is_public_holiday(date)} | own.keys())
    rules = rules_of(department, dates)
    days = [
        ComingDay(
            date=date,
            name=own.get(date) or holiday_name(date),
            kind=_kind(date, rules),
            hours=sorted_hours(hours_on(date, rules)),
            bookable_from=date - dt.timedelta(days=department.horizon_days),
        )
        for date in dates
    ]
    return ComingDays(
        axis=axis_around(staffing for day in days for staffing in day.hours), days=days
    )


def hours_of(department: Department, date: dt.date) -> list[Staffing]:
    return sorted_hours(hours_on(date, rules_of(department, [date])))


def sunday_hours_of(department: Department, date: dt.date) -> list[Staffing]:
    return sorted_hours(hours_as(SUNDAY, date, rules_of(department, [])))


def holiday_name(date: dt.date) -> str:
    return _(" and ").join(map(str, public_holiday_names(date)))


def sorted_hours(hours: Sequence[Staffing]) -> list[Staffing]:
    return sorted(hours, key=lambda staffing: (staffing.opens_at, staffing.closes_at))


def _kind(date: dt.date, rules: Rules) -> Kind:
    if date in rules.special:
        return Kind.OWN_HOURS if rules.special[date] else Kind.OWN_CLOSED
    if rules.on_holidays == HolidayRule.CLOSED:
        return Kind.CLOSED
    return Kind.AS_SUNDAY if rules.on_holidays == HolidayRule.AS_SUNDAY else Kind.AS_USUAL
