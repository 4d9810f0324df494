"""Changes of a department's configuration: who made them, and which can be undone."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from departments import history, records
from departments.models import (
    ConfigurationChange,
    Department,
    Employee,
    OpeningHours,
    SpecialDay,
)

LATEST_CHANGES = 3
LATEST_SETTINGS_CHANGES = 5
CHANGES_OF_HOURS = [
    "add_opening_hours",
    "change_opening_hours",
    "split_opening_hours",
    "remove_opening_hours",
    "set_special_day",
    "remove_special_day",
    "undo",
]


@dataclass(frozen=True)
class ChangeDescription:
    """A change as pages show it."""

    id: int
    at: dt.datetime
    by: str
    description: str
    reason: str
    can_be_undone: bool


def changes_of(department: Department) -> QuerySet[ConfigurationChange]:
    """Newest first."""
    return department.changes.select_related("by").order_by("-at", "-pk")


def latest_changes(department: Department, today: dt.date) -> list[ChangeDescription]:
    """The last few changes of hours and special days."""
    found = changes_of(department).filter(what__in=CHANGES_OF_HOURS)
    return describe_changes(department, found[:LATEST_CHANGES], today)


def latest_settings_changes(department: Department, today: dt.date) -> list[ChangeDescription]:
    found = changes_of(department).filter(what="change_settings")
    return describe_changes(department, found[:LATEST_SETTINGS_CHANGES], today)


def newest_change_id(department: Department) -> int | None:
    return changes_of(department).values_list("pk", flat=True).first()


def describe_changes_since(department: Department, change_id: int | None) -> str:
    """The newest change made after ``change_id``, as a sentence."""
    made = changes_of(department).filter(pk__gt=change_id or 0)[:1]
    described = describe_changes(department, made, timezone.localdate())
    return f"{described[0].description}." if described else _("Nothing is changed.")


def describe_changes(
    department: Department, changes: Iterable[ConfigurationChange], today: dt.date
) -> list[ChangeDescription]:
    changes = list(changes)
    can_be_undone = undoable_changes(department, changes, today)
    employees = {change.after["employee"] for change in changes if "employee" in change.after}
    names = {
        str(employee.pk): employee.person.full_name
        for employee in Employee.objects.filter(
            department=department, pk__in=employees
        ).select_related("person")
    }
    return [
        ChangeDescription(
            id=change.pk,
            at=change.at,
            by=change.by.full_name if change.by else "",
            description=history.describe(change, names, today.year),
            reason=change.reason,
            can_be_undone=change.pk in can_be_undone,
        )
        for change in changes
    ]


def undoable_changes(
    department: Department, changes: Sequence[ConfigurationChange], today: dt.date
) -> set[int]:
    """The ids of the changes that can be undone.

    A change can be undone while its hours are unmodified since, and no day has used them.
    The number of queries does not depend on the number of changes.
    """
    recent = [change for change in changes if _changes_hours_from(change, today)]
    if not recent:
        return set()
    rows = {
        str(row.pk): records.of_opening_hours(row)
        for row in OpeningHours.objects.filter(
            department=department, pk__in=_ids(recent, "rows")
        ).prefetch_related("qualifications")
    }
    days = {
        day.date.isoformat(): records.of_special_day(day)
        for day in SpecialDay.objects.filter(
            department=department, date__gte=today
        ).prefetch_related("hours__qualifications")
    }
    return {
        change.pk
        for change in recent
        if _is_unmodified(change, "rows", "id", rows)
        and _is_unmodified(change, "special_days", "date", days)
    }


def _changes_hours_from(change: ConfigurationChange, today: dt.date) -> bool:
    if not {"rows", "special_days"} & change.after.keys():
        return False
    return dt.date.fromisoformat(change.after["from"]) >= today


def _ids(changes: Iterable[ConfigurationChange], name: str) -> set[str]:
    return {
        record["id"]
        for change in changes
        for side in (change.before, change.after)
        for record in side.get(name, ())
    }


def _is_unmodified(
    change: ConfigurationChange, name: str, key: str, now: dict[str, records.Record]
) -> bool:
    """Whether what the change made still exists, and what it removed does not."""
    after = {record[key]: record for record in change.after.get(name, ())}
    gone = {record[key] for record in change.before.get(name, ())} - after.keys()
    return all(now.get(id_) == record for id_, record in after.items()) and not gone & now.keys()
