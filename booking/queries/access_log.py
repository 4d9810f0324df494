"""Who has looked at a recipient's information, for the person to read."""

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from accounts.models import AccessLogEntry, User
from booking.models import Mandate, Recipient
from departments.models import Department, Employee


@dataclass(frozen=True)
class Look:
    """One line of the log. ``roles`` are what the onlooker was to the person: employee of
    the department, helper or guardian; empty when nothing tells any longer."""

    at: dt.datetime
    by: User
    roles: Sequence[str]
    department: Department | None
    what: str


def looks_at(recipient: Recipient) -> QuerySet[AccessLogEntry]:
    """Everybody's but the person's own, latest first; a page of it goes to ``told``."""
    return (
        AccessLogEntry.objects.filter(subject_id=recipient.pk)
        .exclude(actor=recipient.user_id)
        .select_related("actor")
        .order_by("-at", "-pk")
    )


def told(recipient: Recipient, entries: Sequence[AccessLogEntry]) -> list[Look]:
    """The entries with who their authors were, in three statements for all of them."""
    departments = Department.objects.in_bulk(
        {entry.department_id for entry in entries if entry.department_id}
    )
    actors = {entry.actor_id for entry in entries}
    roles: dict[tuple[uuid.UUID, uuid.UUID | None], list[str]] = {}
    for employee in Employee.objects.filter(person__in=actors, department__in=departments):
        role = str(employee.get_role_display())
        roles.setdefault((employee.person_id, employee.department_id), []).append(role)
    for mandate in Mandate.objects.filter(recipient=recipient, holder__in=actors):
        kinds = roles.setdefault((mandate.holder_id, None), [])
        if mandate.get_kind_display() not in kinds:
            kinds.append(str(mandate.get_kind_display()))
    return [
        Look(
            at=entry.at,
            by=entry.actor,
            roles=roles.get((entry.actor_id, entry.department_id), []),
            department=departments.get(entry.department_id) if entry.department_id else None,
            what=entry.what,
        )
        for entry in entries
    ]
