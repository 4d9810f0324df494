"""Changes at a department: who made them, and which can be undone."""

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.changes import ChangeLine, ids_joined_with, lines_of, verbs_of
from accounts.models import Change
from departments import records
from departments.models import Department, Employee, OpeningHours, Service, SpecialDay

LATEST_CHANGES = 3
LATEST_SETTINGS_CHANGES = 5


# Of the people with these ids, those of whom the department's staff may not read any more.
FindFormer = Callable[[Department, Collection[UUID]], set[UUID]]
_former_finders: list[FindFormer] = []


def register_former(find: FindFormer) -> None:
    _former_finders.append(find)


def changes_of(
    department: Department, *, kind: str = "", person_id: UUID | None = None
) -> QuerySet[Change]:
    """Newest first; only those of a kind, or those that concern a person."""
    found = Change.objects.filter(department_id=department.pk)
    if kind:
        found = found.filter(verb__in=verbs_of(kind))
    if person_id:
        found = found.filter(subject_id__in=ids_joined_with(person_id))
    return found.order_by("-at", "-pk")


def latest_changes(department: Department, today: dt.date) -> list[ChangeLine]:
    """The last few changes of hours and special days."""
    return describe_changes(
        department, changes_of(department, kind="hours")[:LATEST_CHANGES], today
    )


def latest_settings_changes(department: Department, today: dt.date) -> list[ChangeLine]:
    found = changes_of(department, kind="settings")
    return describe_changes(department, found[:LATEST_SETTINGS_CHANGES], today)


def last_changed_by(
    department: Department, *, kind: str = "", object_id: UUID | None = None
) -> str:
    """The name of the colleague who made the latest change of the kind, or of the object. Empty
    when it was somebody who does not work in the department."""
    found = changes_of(department, kind=kind).select_related("actor")
    if object_id:
        found = found.filter(object_id=object_id)
    last = found.first()
    if last is None or last.actor is None:
        return ""
    is_colleague = last.actor.employments.filter(department=department).exists()
    return last.actor.full_name if is_colleague else ""


def newest_change_id(department: Department) -> int | None:
    return changes_of(department).values_list("pk", flat=True).first()


def describe_changes_since(department: Department, change_id: int | None) -> str:
    """The newest change of hours, settings or services made after ``change_id``, as a
    sentence."""
    verbs = [*verbs_of("hours"), *verbs_of("settings"), *verbs_of("services")]
    found = changes_of(department).filter(verb__in=verbs, pk__gt=change_id or 0)
    described = describe_changes(department, found[:1], timezone.localdate())
    return f"{described[0].description}." if described else _("Nothing is changed.")


def undoable_since(department: Department, change_id: int | None) -> int | None:
    """The id of the change made after ``change_id`` that can be undone, if it is the only one."""
    found = changes_of(department).filter(pk__gt=change_id or 0)
    undoable = undoable_changes(department, list(found), timezone.localdate())
    return undoable.pop() if len(undoable) == 1 else None


def describe_changes(
    department: Department, changes: Iterable[Change], today: dt.date
) -> list[ChangeLine]:
    changes = list(changes)
    can_be_undone = undoable_changes(department, changes, today)
    return [
        replace(line, can_be_undone=line.id in can_be_undone)
        for line in lines_of(changes, today.year)
    ]


def page_of_changes(
    department: Department, changes: Iterable[Change], today: dt.date
) -> list[ChangeLine]:
    """Described for the department's administrators. They read no names of the staff of other
    departments, who may have changed what concerns them too, such as an absence, and none of
    recipients to whom access has ended."""
    lines = _without_former(department, describe_changes(department, changes, today))
    places: dict[UUID, set[UUID]] = {}
    for person_id, department_id in Employee.objects.filter(
        person__in={line.by_id for line in lines if line.by_id}
    ).values_list("person_id", "department_id"):
        places.setdefault(person_id, set()).add(department_id)
    return [
        replace(line, by=_("another department"))
        if line.by_id in places and department.pk not in places[line.by_id]
        else line
        for line in lines
    ]


def _without_former(department: Department, lines: list[ChangeLine]) -> list[ChangeLine]:
    ids = {line.whom_id for line in lines if line.whom_id and line.is_about_recipient}
    former = {id_ for find in _former_finders for id_ in find(department, ids)} if ids else set()
    return [
        replace(line, whom=_("Former recipient"), is_about_recipient=False)
        if line.whom_id in former
        else line
        for line in lines
    ]


def undoable_changes(
    department: Department, changes: Sequence[Change], today: dt.date
) -> set[int]:
    """The ids of the changes that can be undone.

    A change can be undone while its hours are unmodified since, and no day has used them; that
    of a service or of settings while they are unmodified. The number of queries does not depend
    on the number of changes.
    """
    return (
        _undoable_hours(department, changes, today)
        | _undoable_services(department, changes)
        | _undoable_settings(department, changes)
    )


def _undoable_settings(department: Department, changes: Iterable[Change]) -> set[int]:
    return {
        change.pk
        for change in changes
        if change.verb == "change_settings"
        and change.after
        and records.settings_of(department, change.after) == change.after
    }


def _undoable_services(department: Department, changes: Iterable[Change]) -> set[int]:
    found = [change for change in changes if change.verb == "change_service" and change.object_id]
    if not found:
        return set()
    services = Service.objects.filter(
        department=department, pk__in={change.object_id for change in found}
    ).prefetch_related("qualifications")
    now = {service.pk: records.of_service(service) for service in services}
    return {
        change.pk
        for change in found
        if change.object_id and now.get(change.object_id) == change.after
    }


def _undoable_hours(department: Department, changes: Iterable[Change], today: dt.date) -> set[int]:
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


def _changes_hours_from(change: Change, today: dt.date) -> bool:
    if not {"rows", "special_days"} & change.after.keys():
        return False
    return dt.date.fromisoformat(change.after["from"]) >= today


def _ids(changes: Iterable[Change], name: str) -> set[str]:
    return {
        record["id"]
        for change in changes
        for side in (change.before, change.after)
        for record in side.get(name, ())
    }


def _is_unmodified(change: Change, name: str, key: str, now: dict[str, records.Record]) -> bool:
    """Whether what the change made still exists, and what it removed does not."""
    after = {record[key]: record for record in change.after.get(name, ())}
    gone = {record[key] for record in change.before.get(name, ())} - after.keys()
    return all(now.get(id_) == record for id_, record in after.items()) and not gone & now.keys()
