"""What was changed in a department's configuration, by whom, and what can be undone."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from departments import history, records
from departments.models import (
    ConfigurationChange,
    Department,
    Employee,
    OpeningHours,
    SpecialDay,
)

LATEST = 3
HOURS = [
    "add_opening_hours",
    "change_opening_hours",
    "split_opening_hours",
    "remove_opening_hours",
    "set_special_day",
    "remove_special_day",
    "undo",
]


@dataclass(frozen=True)
class Told:
    """A change as the pages tell it."""

    id: int
    at: dt.datetime
    by: str
    says: str
    reason: str
    can_be_undone: bool


def changes_of(department: Department) -> QuerySet[ConfigurationChange]:
    """Newest first."""
    return department.changes.select_related("by").order_by("-at", "-pk")


def latest_changes(department: Department, today: dt.date) -> list[Told]:
    """The last few changes of hours and special days."""
    found = changes_of(department).filter(what__in=HOURS)
    return tell(department, found[:LATEST], today)


def tell(
    department: Department, changes: Iterable[ConfigurationChange], today: dt.date
) -> list[Told]:
    changes = list(changes)
    can_be_undone = undoable(department, changes, today)
    employees = {change.after["employee"] for change in changes if "employee" in change.after}
    names = {
        str(employee.pk): employee.person.full_name
        for employee in Employee.objects.filter(
            department=department, pk__in=employees
        ).select_related("person")
    }
    return [
        Told(
            id=change.pk,
            at=change.at,
            by=change.by.full_name if change.by else "",
            says=history.say(change, names, today.year),
            reason=change.reason,
            can_be_undone=change.pk in can_be_undone,
        )
        for change in changes
    ]


def undoable(
    department: Department, changes: Sequence[ConfigurationChange], today: dt.date
) -> set[int]:
    """Those of the changes whose hours still stand as they left them, while no day has
    run by them. Costs the same few queries however many the changes are.
    """
    recent = [change for change in changes if _concerns_hours_from(change, today)]
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
        if _stand(change, "rows", "id", rows) and _stand(change, "special_days", "date", days)
    }


def _concerns_hours_from(change: ConfigurationChange, today: dt.date) -> bool:
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


def _stand(
    change: ConfigurationChange, name: str, key: str, now: dict[str, records.Record]
) -> bool:
    """Whether what the change made is there, and what it took away is not."""
    after = {record[key]: record for record in change.after.get(name, ())}
    gone = {record[key] for record in change.before.get(name, ())} - after.keys()
    return all(now.get(id_) == record for id_, record in after.items()) and not gone & now.keys()
