"""What a department's hours are, as the pure ``hours`` module reads them."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from django.utils import timezone

from departments import seats
from departments.hours import HolidayRule, Rules, Staffing, WeeklyHours
from departments.models import Department, OpeningHours, SpecialDay, SpecialHours, Weekday


def rules_of(department: Department, dates: Collection[dt.date]) -> Rules:
    """The rules that decide ``dates``; special days of other dates are left out."""
    weekly = department.opening_hours.prefetch_related("qualifications")
    special = SpecialDay.objects.filter(department=department, date__in=dates).prefetch_related(
        "hours__qualifications"
    )
    return Rules(
        timezone=timezone.get_default_timezone(),
        weekly=tuple(weekly_hours(row) for row in weekly),
        special={day.date: tuple(staffing(row) for row in day.hours.all()) for day in special},
        on_holidays=HolidayRule(department.public_holidays),
    )


def weekly_hours(row: OpeningHours) -> WeeklyHours:
    return WeeklyHours(
        staffing=staffing(row),
        weekday=row.weekday,
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        every_n_weeks=row.every_n_weeks,
    )


def staffing(row: OpeningHours | SpecialHours) -> Staffing:
    return Staffing(
        opens_at=row.opens_at,
        closes_at=row.closes_at,
        staff=row.staff,
        break_starts_at=row.break_starts_at,
        break_minutes=row.break_minutes,
        qualification_ids=frozenset(one.pk for one in row.qualifications.all()),
        id=row.pk,
    )


@dataclass(frozen=True)
class PicturedHours:
    """One row of the ordinary week, and how many of its staff are in use when it is
    busiest within what can be booked now."""

    row: OpeningHours
    in_use: int


def week_picture(department: Department, today: dt.date) -> dict[int, list[PicturedHours]]:
    """The rows of each weekday that apply now or later, earliest first."""
    dates = [today + dt.timedelta(days=n) for n in range(department.horizon_days + 1)]
    in_use = seats.registered().peak_use(department, dates)
    rows = department.opening_hours.exclude(valid_until__lt=today)
    picture: dict[int, list[PicturedHours]] = {weekday: [] for weekday in Weekday.values}
    for row in rows.prefetch_related("qualifications"):
        picture[row.weekday].append(PicturedHours(row, in_use.get(row.pk, 0)))
    return picture
