"""Mandates of a recipient."""

import datetime as dt

from django.utils import timezone

from accounts.models import Invitation, User
from booking.models import Mandate, Recipient
from departments.models import Department, Employee

MANDATE = "mandate"  # kind of invitation; its target is the Recipient


def open_mandates(
    recipient: Recipient, today: dt.date, kind: Mandate.Kind | None = None
) -> list[Mandate]:
    """Mandates in force today or later."""
    found = recipient.mandates.filter(revoked_at=None).exclude(valid_until__lt=today)
    return list(found.filter(kind=kind) if kind else found)


def invited_to_act_for(recipient: Recipient, kind: Mandate.Kind | None = None) -> list[Invitation]:
    """Invitations to a mandate that are not answered."""
    found = Invitation.objects.open(timezone.now()).filter(kind=MANDATE, target_id=recipient.pk)
    return list((found.filter(proposal__kind=kind) if kind else found).select_related("by"))


def guardians_to_confirm() -> list[tuple[Invitation, Department]]:
    """Guardians registered by the only administrator of a department, for a coordinator."""
    waiting = list(
        Invitation.objects.open(timezone.now())
        .filter(kind=MANDATE, due_at=None, department_id__isnull=False)
        .select_related("by")
    )
    administrators = (
        Employee.objects.active(timezone.localdate())
        .administrators()
        .filter(
            department__in={invitation.department_id for invitation in waiting},
            person__email__isnull=False,
        )
        .select_related("department")
    )
    people: dict[Department, set[object]] = {}
    for administrator in administrators:
        people.setdefault(administrator.department, set()).add(administrator.person_id)
    alone = {department.pk: department for department, found in people.items() if len(found) == 1}
    return [
        (invitation, alone[invitation.department_id])
        for invitation in waiting
        if invitation.department_id in alone
    ]


def may_confirm(invitation: Invitation, user: User) -> bool:
    """Whether the user is somebody else than who registered it, and than the guardian."""
    return user.pk != invitation.by_id and user.email != invitation.address
