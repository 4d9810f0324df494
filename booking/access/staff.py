"""Recipients as the administrators of a department may fetch them."""

import uuid
from collections.abc import Iterable

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404

from accounts.access import record_look, record_looks
from accounts.models import User
from booking.models import Grant, Recipient
from departments.models import Department


def recipients_of(department: Department) -> QuerySet[Recipient]:
    """Those who have, had or will have a grant of one of the department's services. For
    lists: whoever shows some of them calls ``look_at_list``."""
    granted = Grant.objects.filter(service__department=department).values("recipient")
    return Recipient.objects.filter(pk__in=granted)


def look_at_list(
    by: User, department: Department, recipients: Iterable[Recipient], what: str
) -> list[Recipient]:
    """The recipients, once the look at each of them is in the log."""
    shown = list(recipients)
    record_looks(
        by=by,
        subject_ids=[recipient.pk for recipient in shown],
        what=what,
        department_id=department.pk,
    )
    return shown


def recipient_of(
    department: Department, recipient_id: uuid.UUID, *, by: User, what: str
) -> Recipient:
    """One of the department's recipients; the look is logged, somebody else's not found."""
    recipient = get_object_or_404(
        recipients_of(department).select_related("user"), pk=recipient_id
    )
    record_look(by=by, subject_id=recipient.pk, what=what, department_id=department.pk)
    return recipient
