"""The access log of a recipient, as they may read it."""

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from accounts.models import AccessLogEntry, User
from booking.models import Mandate, Recipient
from departments.models import Department, Employee


@dataclass(frozen=True)
class AccessLogLine:
    """One line of the access log. ``roles`` are those of the user towards the recipient:
    employee of the department, helper or guardian; empty when no longer known."""

    at: dt.datetime
    by: User
    roles: Sequence[str]
    department: Department | None
    what: str


def access_log_of(recipient: Recipient) -> QuerySet[AccessLogEntry]:
    """All entries but the recipient's own, latest first. ``with_roles`` takes a page of them."""
    return (
        AccessLogEntry.objects.filter(subject_id=recipient.pk)
        .exclude(actor=recipient.user_id)
        .select_related("actor")
        .order_by("-at", "-pk")
    )


def with_roles(recipient: Recipient, entries: Sequence[AccessLogEntry]) -> list[AccessLogLine]:
    """The entries with the roles of their actors, in three statements."""
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
        AccessLogLine(
            at=entry.at,
            by=entry.actor,
            roles=roles.get((entry.actor_id, entry.department_id), []),
            department=departments.get(entry.department_id) if entry.department_id else None,
            what=entry.what,
        )
        for entry in entries
    ]
