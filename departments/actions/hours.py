"""Changing when a department is open. Every change lays the coming days out again.

Each verb answers with its ``Impact``; ``preview`` of the same verb tells it beforehand.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import transaction

from accounts.models import User
from departments.actions.days import Impact, lay_out_again
from departments.actions.settings import record_change
from departments.hours import Staffing, WeeklyHours
from departments.models import Department, OpeningHours, Qualification, SpecialDay, SpecialHours
from departments.queries.hours import staffing, weekly_hours


@transaction.atomic
def add_opening_hours(
    *, department: Department, hours: WeeklyHours, by: User | None, reason: str = ""
) -> Impact:
    record_change(
        department, "add_opening_hours", after=_weekly_record(hours), by=by, reason=reason
    )
    row = OpeningHours.objects.create(department=department, **_weekly_fields(hours))
    _demand(row, hours.staffing)
    return lay_out_again(department, by=by)


@transaction.atomic
def change_opening_hours(
    *,
    row: OpeningHours,
    hours: WeeklyHours,
    by: User | None,
    reason: str = "",
    drop_named: bool = False,
) -> Impact:
    before = _weekly_record(weekly_hours(row))
    after = _weekly_record(hours)
    if before == after:
        return Impact()
    record_change(
        row.department, "change_opening_hours", before=before, after=after, by=by, reason=reason
    )
    OpeningHours.objects.filter(pk=row.pk).update(**_weekly_fields(hours))
    _demand(row, hours.staffing)
    return lay_out_again(row.department, by=by, drop_named=drop_named)


@transaction.atomic
def remove_opening_hours(
    *, row: OpeningHours, by: User | None, reason: str = "", drop_named: bool = False
) -> Impact:
    record_change(
        row.department,
        "remove_opening_hours",
        before=_weekly_record(weekly_hours(row)),
        by=by,
        reason=reason,
    )
    OpeningHours.objects.filter(pk=row.pk).delete()
    return lay_out_again(row.department, by=by, drop_named=drop_named)


@transaction.atomic
def set_special_day(
    *,
    department: Department,
    date: dt.date,
    name: str,
    hours: Sequence[Staffing] = (),
    by: User | None,
    reason: str = "",
    drop_named: bool = False,
) -> Impact:
    """Give a date its own hours, none at all when it is closed; replaces what it had."""
    before = _special_record(department, date)
    record_change(
        department,
        "set_special_day",
        before=before,
        after={"date": date, "name": name, "hours": _hours_record(hours)},
        by=by,
        reason=reason,
    )
    special, _ = SpecialDay.objects.update_or_create(
        department=department, date=date, defaults={"name": name}
    )
    special.hours.all().delete()
    for staff in hours:
        row = SpecialHours.objects.create(special_day=special, **_staffing_fields(staff))
        _demand(row, staff)
    return lay_out_again(department, by=by, drop_named=drop_named)


@transaction.atomic
def remove_special_day(
    *,
    department: Department,
    date: dt.date,
    by: User | None,
    reason: str = "",
    drop_named: bool = False,
) -> Impact:
    """The date follows the ordinary week again."""
    before = _special_record(department, date)
    if not before:
        return Impact()
    record_change(department, "remove_special_day", before=before, by=by, reason=reason)
    SpecialDay.objects.filter(department=department, date=date).delete()
    return lay_out_again(department, by=by, drop_named=drop_named)


def _demand(row: OpeningHours | SpecialHours, staff: Staffing) -> None:
    row.qualifications.set(Qualification.objects.filter(pk__in=staff.qualification_ids))


def _staffing_fields(staff: Staffing) -> dict[str, Any]:
    return {
        "opens_at": staff.opens_at,
        "closes_at": staff.closes_at,
        "staff": staff.staff,
        "break_starts_at": staff.break_starts_at,
        "break_minutes": staff.break_minutes,
    }


def _weekly_fields(hours: WeeklyHours) -> dict[str, Any]:
    return _staffing_fields(hours.staffing) | {
        "weekday": hours.weekday,
        "valid_from": hours.valid_from,
        "valid_until": hours.valid_until,
        "every_n_weeks": hours.every_n_weeks,
    }


def _weekly_record(hours: WeeklyHours) -> dict[str, Any]:
    skills = sorted(map(str, hours.staffing.qualification_ids))
    return _weekly_fields(hours) | {"qualifications": ", ".join(skills)}


def _hours_record(hours: Iterable[Staffing]) -> str:
    return "; ".join(
        f"{row.opens_at:%H:%M}–{row.closes_at:%H:%M}, {row.staff}"
        for row in sorted(hours, key=lambda row: (row.opens_at, row.closes_at))
    )


def _special_record(department: Department, date: dt.date) -> dict[str, Any]:
    special = SpecialDay.objects.filter(department=department, date=date).first()
    if special is None:
        return {}
    rows = special.hours.prefetch_related("qualifications")
    return {
        "date": date,
        "name": special.name,
        "hours": _hours_record(staffing(row) for row in rows),
    }
