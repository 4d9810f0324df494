"""A department's hours, converted to the values of ``departments.hours``."""

import datetime as dt
import uuid
from collections import Counter
from collections.abc import Collection, Mapping

from django.db.models import Q
from django.utils import timezone

from departments import seats, week
from departments.hours import HolidayRule, Rules, Staffing, WeeklyHours
from departments.models import Department, OpeningHours, SpecialDay, SpecialHours
from departments.week import Week


def rules_of(department: Department, dates: Collection[dt.date]) -> Rules:
    """The rules for ``dates``; special days on other dates are left out."""
    weekly = department.opening_hours.prefetch_related("qualifications")
    special = SpecialDay.objects.filter(department=department, date__in=dates).prefetch_related(
        "hours__qualifications"
    )
    return Rules(
        timezone=timezone.get_default_timezone(),
        weekly=tuple(weekly_hours_of(row) for row in weekly),
        special={day.date: tuple(staffing_of(row) for row in day.hours.all()) for day in special},
        on_holidays=HolidayRule(department.public_holidays),
    )


def weekly_hours_of(row: OpeningHours) -> WeeklyHours:
    return WeeklyHours(
        staffing=staffing_of(row),
        weekday=row.weekday,
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        every_n_weeks=row.every_n_weeks,
    )


def continuation_of(row: OpeningHours, on: dt.date) -> OpeningHours:
    """The row that applies instead of ``row`` from the date, when somebody has changed it.
    ``row`` itself while it has not ended, or when several rows have replaced it."""
    if row.valid_until is None or row.valid_until >= on:
        return row
    later = row.department.opening_hours.filter(
        Q(opens_at=row.opens_at) | Q(closes_at=row.closes_at),
        weekday=row.weekday,
        valid_from__gt=row.valid_until,
    ).exclude(valid_until__lt=on)
    found = list(later.prefetch_related("qualifications").order_by("valid_from")[:2])
    if not found or len({one.valid_from for one in found}) < len(found):
        return row
    return found[0]


def rows_like(row: OpeningHours, weekdays: Collection[int], on: dt.date) -> list[OpeningHours]:
    """The first row of each of the weekdays that has the times of ``row`` and applies on ``on``
    or later."""
    found = row.department.opening_hours.filter(
        weekday__in=weekdays,
        opens_at=row.opens_at,
        closes_at=row.closes_at,
        every_n_weeks=row.every_n_weeks,
    ).exclude(valid_until__lt=on)
    first: dict[int, OpeningHours] = {}
    for each in found.prefetch_related("qualifications").order_by("valid_from"):
        first.setdefault(each.weekday, each)
    return list(first.values())


def usual_hours(department: Department, on: dt.date) -> OpeningHours | None:
    """A row with the times and the number of employees that most weekdays have."""
    rows = list(department.opening_hours.exclude(valid_until__lt=on))
    count = Counter((row.opens_at, row.closes_at, row.staff) for row in rows)
    return max(
        rows,
        key=lambda row: count[row.opens_at, row.closes_at, row.staff],
        default=None,
    )


def staffing_of(row: OpeningHours | SpecialHours) -> Staffing:
    return Staffing(
        opens_at=row.opens_at,
        closes_at=row.closes_at,
        staff=row.staff,
        break_starts_at=row.break_starts_at,
        break_minutes=row.break_minutes,
        qualification_ids=frozenset(one.pk for one in row.qualifications.all()),
        id=row.pk,
    )


def week_picture(
    department: Department,
    on: dt.date,
    use: Mapping[uuid.UUID, int],
    *,
    staff_before: Mapping[uuid.UUID, int] | None = None,
    removed: Collection[WeeklyHours] = (),
    before: Collection[Staffing] = (),
) -> Week:
    """The ordinary week in the seven days from ``on``.

    The preview of a change passes the staff that each row had before (``staff_before``)
    and the rows that the change removes.
    """
    rows = [
        weekly_hours_of(row) for row in department.opening_hours.prefetch_related("qualifications")
    ]
    return week.week_of(
        rows, on=on, use=use, staff_before=staff_before, removed=removed, before=before
    )


def peak_use(department: Department, today: dt.date) -> Mapping[uuid.UUID, int]:
    """The most staff in use at once on the bookable days, by id of the opening hours."""
    dates = [today + dt.timedelta(days=n) for n in range(department.horizon_days + 1)]
    return seats.registered().peak_use(department, dates)


def coming_week_changes(department: Department, today: dt.date) -> list[dt.date]:
    """Coming dates on which the ordinary week changes, soonest first."""
    dates = set()
    for row in department.opening_hours.all():
        dates.add(row.valid_from)
        if row.valid_until:
            dates.add(row.valid_until + dt.timedelta(days=1))
    return sorted(date for date in dates if date > today)
