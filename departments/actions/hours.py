"""Change when a department is open. Every change lays the coming days out again.

Past days keep their hours: a row that has been in force is ended and a new one starts on
the date of the change; a row that has not started by then is changed in place. A date
before today means today.

Each action returns its ``Impact``; ``preview`` of the action returns it without saving.
``hours.staffing.id`` is the form's idempotency key: when a row with that id exists, the
form has been sent before and nothing is done.

``version`` is the ``Department.hours_version`` that the user's page showed, None for callers
without a page. When the hours have changed since, an action that would change them raises
``Stale``.
"""

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from django.db.models import F
from django.utils import timezone

from accounts.models import Change, User
from database.transactions import one_transaction
from database.versions import check_version
from departments import errors, records
from departments.actions.days import Impact, lay_out_again, rules_ahead
from departments.actions.services import undo_service_change
from departments.actions.settings import lock_department, record_change, undo_settings_change
from departments.hours import Rules, Staffing, WeeklyHours
from departments.models import (
    Department,
    OpeningHours,
    Qualification,
    SpecialDay,
    SpecialHours,
)
from departments.queries.changes import undoable_changes
from departments.queries.hours import weekly_hours_of

ONE_DAY = dt.timedelta(days=1)


class HoursOfDay(NamedTuple):
    """The new hours of a weekday, and the row that they replace if there is one."""

    row: OpeningHours | None
    hours: WeeklyHours


@one_transaction()
def add_opening_hours(
    *,
    department: Department,
    hours: WeeklyHours,
    also: Sequence[WeeklyHours] = (),
    by: User | None,
    reason: str = "",
    version: int | None = None,
) -> Impact:
    """``also`` are the hours of other weekdays. Everything is one change."""
    department = lock_department(department)
    if _exists(hours.staffing.id):
        return Impact()
    rules = rules_ahead(department)
    rows = [_new_row(department, each) for each in (hours, *also)]
    return _record_rows(
        department,
        "add_opening_hours",
        rules,
        after=[records.of_opening_hours(row) for row in rows],
        from_date=hours.valid_from,
        by=by,
        reason=reason,
        version=version,
    )


@one_transaction()
def change_opening_hours(
    *,
    row: OpeningHours,
    hours: WeeklyHours,
    also: Sequence[HoursOfDay] = (),
    by: User | None,
    reason: str = "",
    drop_named: bool = False,
    version: int | None = None,
) -> Impact:
    """Change the row to ``hours``, from ``hours.valid_from`` on, and other weekdays as ``also``
    says. Everything is one change. Raises ``HoursAreOver``."""
    department = lock_department(row.department)
    if hours.staffing.id != row.pk and _exists(hours.staffing.id):
        return Impact()
    days = [HoursOfDay(row, hours), *also]
    for day in days:
        if day.row is not None:
            day.row.refresh_from_db()
            _check_not_ended(day.row, hours.valid_from, department, version)
    rules = rules_ahead(department)
    before = [records.of_opening_hours(day.row) for day in days if day.row is not None]
    rows = [each for day in days for each in _set(department, day)]
    return _record_rows(
        department,
        "change_opening_hours",
        rules,
        before=before,
        after=[records.of_opening_hours(each) for each in rows],
        from_date=_today_or_later(hours.valid_from),
        by=by,
        reason=reason,
        drop_named=drop_named,
        version=version,
    )


@one_transaction()
def split_opening_hours(
    *,
    row: OpeningHours,
    halves: tuple[WeeklyHours, WeeklyHours],
    by: User | None,
    reason: str = "",
    drop_named: bool = False,
    version: int | None = None,
) -> Impact:
    """Replace a row by two: the row becomes the first half, a new one the second."""
    first, second = halves
    department = lock_department(row.department)
    if _exists(second.staffing.id):
        return Impact()
    row.refresh_from_db()
    _check_not_ended(row, first.valid_from, department, version)
    rules, before = rules_ahead(department), [records.of_opening_hours(row)]
    rows = _change(row, first)
    rows.append(_new_row(department, replace(second, valid_from=rows[-1].valid_from)))
    return _record_rows(
        department,
        "split_opening_hours",
        rules,
        before=before,
        after=[records.of_opening_hours(each) for each in rows],
        from_date=_today_or_later(first.valid_from),
        by=by,
        reason=reason,
        drop_named=drop_named,
        version=version,
    )


@one_transaction()
def remove_opening_hours(
    *,
    row: OpeningHours,
    from_date: dt.date | None = None,
    by: User | None,
    reason: str = "",
    drop_named: bool = False,
    version: int | None = None,
) -> Impact:
    """Remove the row from ``from_date``, or from today."""
    department = lock_department(row.department)
    row.refresh_from_db()
    rules, before = rules_ahead(department), [records.of_opening_hours(row)]
    first = _today_or_later(from_date)
    _check_not_ended(row, first, department, version)
    after = []
    if row.valid_from >= first:
        OpeningHours.objects.filter(pk=row.pk).delete()
    else:
        _end_before(row, first)
        after = [records.of_opening_hours(row)]
    return _record_rows(
        department,
        "remove_opening_hours",
        rules,
        before=before,
        after=after,
        from_date=first,
        by=by,
        reason=reason,
        drop_named=drop_named,
        version=version,
    )


@one_transaction()
def set_special_day(
    *,
    department: Department,
    date: dt.date,
    name: str,
    hours: Sequence[Staffing] = (),
    by: User | None,
    reason: str = "",
    drop_named: bool = False,
    version: int | None = None,
) -> Impact:
    """Give a date its own hours, or none when it is closed. Replaces earlier ones."""
    department = lock_department(department)
    before = _special_record(department, date)
    if before and _is_same(before, name, hours):
        return Impact()
    _raise_version(department, version)
    rules = rules_ahead(department)
    special, _ = SpecialDay.objects.update_or_create(
        department=department, date=date, defaults={"name": name}
    )
    special.hours.all().delete()
    for staffing in hours:
        row = SpecialHours.objects.create(special_day=special, **_staffing_fields(staffing))
        _set_qualifications(row, staffing.qualification_ids)
    after = records.of_special_day(special)
    record_change(
        department,
        "set_special_day",
        before={"special_days": [before] if before else []},
        after={"special_days": [after], "from": date},
        by=by,
        reason=reason,
    )
    return lay_out_again(department, before=rules, by=by, drop_named=drop_named)


@one_transaction()
def set_special_days(
    *,
    department: Department,
    dates: Iterable[dt.date],
    name: str,
    hours: Sequence[Staffing] = (),
    by: User | None,
    reason: str = "",
    drop_named: bool = False,
    version: int | None = None,
) -> Impact:
    """The same special day on several dates, all or none."""
    impact = Impact()
    before = lock_department(department).hours_version
    for date in dates:
        # The first date that changes raises the version.
        is_first = lock_department(department).hours_version == before
        impact += set_special_day(
            department=department,
            date=date,
            name=name,
            hours=hours,
            by=by,
            reason=reason,
            drop_named=drop_named,
            version=version if is_first else None,
        )
    return impact


@one_transaction()
def remove_special_day(
    *,
    department: Department,
    date: dt.date,
    by: User | None,
    reason: str = "",
    drop_named: bool = False,
    version: int | None = None,
) -> Impact:
    """Make the date follow the ordinary week again."""
    department = lock_department(department)
    before = _special_record(department, date)
    if not before:
        return Impact()
    _raise_version(department, version)
    rules = rules_ahead(department)
    SpecialDay.objects.filter(department=department, date=date).delete()
    record_change(
        department,
        "remove_special_day",
        before={"special_days": [before]},
        after={"special_days": [], "from": date},
        by=by,
        reason=reason,
    )
    return lay_out_again(department, before=rules, by=by, drop_named=drop_named)


@one_transaction()
def undo_change(
    *,
    change: Change,
    by: User | None,
    reason: str = "",
    drop_named: bool = False,
) -> Impact:
    """Restore the hours, the service or the settings that a change replaced.

    Raises ``CannotBeUndone`` when they have been changed since, or a day has used the hours.
    """
    if change.verb == "change_settings":
        return undo_settings_change(change=change, by=by, reason=reason, drop_named=drop_named)
    if change.verb == "change_service":
        return Impact(reseated=undo_service_change(change=change, by=by, reason=reason))
    department = lock_department(Department(pk=change.department_id))
    if not undoable_changes(department, [change], timezone.localdate()):
        raise errors.CannotBeUndone
    _raise_version(department, None)
    rules = rules_ahead(department)
    before, after = change.before, change.after
    _delete(OpeningHours, _added_ids(after, before, "rows"))
    _delete(SpecialDay, _added_ids(after, before, "special_days"))
    for record in before.get("rows", ()):
        values = records.fields(record, OpeningHours, records.WEEKLY_FIELDS)
        row, _ = OpeningHours.objects.update_or_create(
            pk=record["id"], defaults={**values, "department": department}
        )
        _set_qualifications(row, record["qualifications"])
    for record in before.get("special_days", ()):
        _restore_special_day(department, record)
    record_change(
        department,
        "undo",
        before=after,
        after={**before, "from": after["from"]},
        by=by,
        reason=reason,
    )
    return lay_out_again(department, before=rules, by=by, drop_named=drop_named)


def _raise_version(department: Department, seen: int | None) -> None:
    """The caller holds the department's lock."""
    check_version(department.hours_version, seen)
    Department.objects.filter(pk=department.pk).update(hours_version=F("hours_version") + 1)


def _check_not_ended(
    row: OpeningHours, first: dt.date, department: Department, version: int | None
) -> None:
    """Raise ``Stale`` when the row ends before the change: perhaps somebody has changed it."""
    if row.valid_until is not None and row.valid_until < _today_or_later(first):
        check_version(department.hours_version, version)


def _set(department: Department, day: HoursOfDay) -> list[OpeningHours]:
    if day.row is not None:
        return _change(day.row, day.hours)
    key = day.hours.staffing.id
    made = OpeningHours.objects.filter(pk=key).first() if key else None
    return [made or _new_row(department, day.hours)]


def _change(row: OpeningHours, hours: WeeklyHours) -> list[OpeningHours]:
    """The changed row, or the ended row and the new one after it."""
    today, first = timezone.localdate(), _today_or_later(hours.valid_from)
    now = weekly_hours_of(row)
    # At most the first and the last day differ.
    are_same_hours = replace(now, valid_until=hours.valid_until) == _in_place_of(now, hours)
    if row.valid_from >= today and (are_same_hours or first <= row.valid_from):
        return [_write(row, replace(hours, valid_from=first))]
    if row.valid_until is not None and row.valid_until < first:
        raise errors.HoursAreOver
    if are_same_hours:
        return [_write(row, replace(now, valid_until=hours.valid_until))]
    # A row for every second week continues in the same weeks.
    turn = now.next_turn(first) if row.every_n_weeks == hours.every_n_weeks else first
    _end_before(row, first)
    if hours.valid_until is not None and hours.valid_until < turn:
        return [row]
    return [row, _new_row(row.department, replace(hours, valid_from=turn), besides=row)]


def _in_place_of(now: WeeklyHours, hours: WeeklyHours) -> WeeklyHours:
    return replace(
        hours,
        valid_from=now.valid_from,
        staffing=replace(hours.staffing, id=now.staffing.id),
    )


def _today_or_later(date: dt.date | None) -> dt.date:
    today = timezone.localdate()
    return max(date, today) if date else today


def _end_before(row: OpeningHours, first: dt.date) -> None:
    if row.valid_until is None or row.valid_until >= first:
        row.valid_until = first - ONE_DAY
        row.save(update_fields=["valid_until"])


def _exists(key: uuid.UUID | None) -> bool:
    return key is not None and OpeningHours.objects.filter(pk=key).exists()


def _write(row: OpeningHours, hours: WeeklyHours) -> OpeningHours:
    for name, value in _weekly_fields(hours).items():
        setattr(row, name, value)
    row.save()
    _set_qualifications(row, hours.staffing.qualification_ids)
    return row


def _new_row(
    department: Department, hours: WeeklyHours, besides: OpeningHours | None = None
) -> OpeningHours:
    key = hours.staffing.id
    if key is None or (besides is not None and key == besides.pk):
        key = uuid.uuid4()
    row = OpeningHours.objects.create(pk=key, department=department, **_weekly_fields(hours))
    _set_qualifications(row, hours.staffing.qualification_ids)
    return row


def _record_rows(
    department: Department,
    verb: str,
    rules: Rules,
    *,
    before: Sequence[records.Record] = (),
    after: Sequence[records.Record] = (),
    from_date: dt.date,
    by: User | None,
    reason: str,
    drop_named: bool = False,
    version: int | None,
) -> Impact:
    """Record the change and lay the days out again; ``rules`` held before it."""
    if list(before) == list(after):
        return Impact()
    _raise_version(department, version)
    record_change(
        department,
        verb,
        before={"rows": before},
        after={"rows": after, "from": from_date},
        by=by,
        reason=reason,
    )
    return lay_out_again(department, before=rules, by=by, drop_named=drop_named)


def _set_qualifications(
    row: OpeningHours | SpecialHours, qualification_ids: Iterable[Any]
) -> None:
    row.qualifications.set(Qualification.objects.filter(pk__in=qualification_ids))


def _staffing_fields(staffing: Staffing) -> dict[str, Any]:
    return {name: getattr(staffing, name) for name in records.STAFFING_FIELDS}


def _weekly_fields(hours: WeeklyHours) -> dict[str, Any]:
    return _staffing_fields(hours.staffing) | {
        "weekday": hours.weekday,
        "valid_from": hours.valid_from,
        "valid_until": hours.valid_until,
        "every_n_weeks": hours.every_n_weeks,
    }


def _special_record(department: Department, date: dt.date) -> records.Record | None:
    special = SpecialDay.objects.filter(department=department, date=date).first()
    return records.of_special_day(special) if special else None


def _is_same(record: Mapping[str, Any], name: str, hours: Sequence[Staffing]) -> bool:
    rows = [{key: row[key] for key in row if key != "id"} for row in record["hours"]]
    wanted = sorted(hours, key=lambda row: (row.opens_at, row.closes_at))
    return record["name"] == name and rows == [records.of_staffing(row) for row in wanted]


def _added_ids(after: Mapping[str, Any], before: Mapping[str, Any], name: str) -> set[str]:
    kept = {record["id"] for record in before.get(name, ())}
    return {record["id"] for record in after.get(name, ())} - kept


def _delete(model: type[OpeningHours] | type[SpecialDay], ids: Iterable[str]) -> None:
    model._default_manager.filter(pk__in=list(ids)).delete()


def _restore_special_day(department: Department, record: Mapping[str, Any]) -> None:
    special, _ = SpecialDay.objects.update_or_create(
        pk=record["id"],
        defaults={
            "department": department,
            "date": dt.date.fromisoformat(record["date"]),
            "name": record["name"],
        },
    )
    special.hours.all().delete()
    for hours in record["hours"]:
        values = records.fields(hours, SpecialHours, records.STAFFING_FIELDS)
        row = SpecialHours.objects.create(pk=hours["id"], special_day=special, **values)
        _set_qualifications(row, hours["qualifications"])
