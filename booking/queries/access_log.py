"""The access log of a recipient and the changes that concern them, as they may read it."""

import datetime as dt
import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.changes import ids_joined_with, lines_of, verbs_of
from accounts.models import AccessLogEntry, Change, User
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
    reason: str = ""


# What recipients read of: not which carers their visits have, which is planned until they come.
OWN_KINDS = (
    "recipients",
    "grants",
    "notes",
    "series",
    "wishes",
    "mandates",
    "feeds",
    "invitations",
    "log_in",
    "coordinators",
    "reports",
)


@dataclass(frozen=True)
class OwnChange:
    """A change as the recipient reads it. ``by`` is empty when nobody made it."""

    at: dt.datetime
    by: str
    is_own: bool
    roles: Sequence[str]
    department: Department | None
    description: str


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
    departments, roles = _departments_and_roles(
        recipient, {(entry.actor_id, entry.department_id) for entry in entries}
    )
    return [
        AccessLogLine(
            at=entry.at,
            by=entry.actor,
            roles=[_("Duty lead")]
            if entry.as_duty_lead
            else roles.get((entry.actor_id, entry.department_id), []),
            department=departments.get(entry.department_id) if entry.department_id else None,
            what=entry.what,
            reason=entry.reason,
        )
        for entry in entries
    ]


def changes_for(recipient: Recipient, *, is_own: bool) -> QuerySet[Change]:
    """What has been changed for the recipient, latest first; also for their log-in when they
    read it themselves. ``as_own_changes`` takes a page of them."""
    ids = ids_joined_with(recipient.pk)
    if is_own and recipient.user_id is not None:
        ids.append(recipient.user_id)
    verbs = [verb for kind in OWN_KINDS for verb in verbs_of(kind)]
    return Change.objects.filter(subject_id__in=ids, verb__in=verbs).order_by("-at", "-pk")


def as_own_changes(recipient: Recipient, changes: Sequence[Change]) -> list[OwnChange]:
    """The changes in words, with the roles of their actors."""
    departments, roles = _departments_and_roles(
        recipient, {(change.actor_id, change.department_id) for change in changes}
    )
    return [
        OwnChange(
            at=line.at,
            by=line.by,
            is_own=line.by_id is not None and line.by_id == recipient.user_id,
            roles=roles.get((line.by_id, line.department_id), []),
            department=departments.get(line.department_id) if line.department_id else None,
            description=line.description,
        )
        for line in lines_of(changes, timezone.localdate().year)
    ]


def _departments_and_roles(
    recipient: Recipient, found: Collection[tuple[uuid.UUID | None, uuid.UUID | None]]
) -> tuple[
    dict[uuid.UUID, Department], dict[tuple[uuid.UUID | None, uuid.UUID | None], list[str]]
]:
    """The departments, and the roles of each actor in the department or towards the recipient."""
    departments = Department.objects.in_bulk({place for _actor, place in found if place})
    actors = {actor for actor, _place in found if actor}
    roles: dict[tuple[uuid.UUID | None, uuid.UUID | None], list[str]] = {}
    for employee in Employee.objects.filter(person__in=actors, department__in=departments):
        role = str(employee.get_role_display())
        roles.setdefault((employee.person_id, employee.department_id), []).append(role)
    for mandate in Mandate.objects.filter(recipient=recipient, holder__in=actors):
        kinds = roles.setdefault((mandate.holder_id, None), [])
        if mandate.get_kind_display() not in kinds:
            kinds.append(str(mandate.get_kind_display()))
    return departments, roles
