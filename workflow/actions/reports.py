"""Report what happened at a visit."""

import uuid

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from booking.models import Visit
from departments.models import Employee
from workflow.errors import NotYet, NotYourVisit
from workflow.models import Report


def report(*, visit: Visit, outcome: str, by: User) -> Report:
    """Report a visit's outcome. A second report replaces the first.

    Allowed for the carer who has the visit and for the department's administrators; others
    get ``NotYourVisit``. Raises ``NotYet`` before the visit has begun.
    """
    with transaction.atomic():
        # The lock keeps the visit from being moved to another carer's list meanwhile.
        found = (
            Visit.objects.select_for_update(of=("self",), no_key=True)
            .filter(pk=visit.pk)
            .values_list("starts_at", "shift__person_id", "day__department_id")
            .first()
        )
        if found is None:
            raise NotYourVisit
        starts_at, person_id, department_id = found
        if person_id != by.pk and not _is_administrator(by, department_id):
            raise NotYourVisit
        now = timezone.now()
        if starts_at > now:
            raise NotYet
        saved, _ = Report.objects.update_or_create(
            visit=visit, defaults={"outcome": Report.Outcome(outcome), "by": by, "at": now}
        )
    return saved


def _is_administrator(user: User, department_id: uuid.UUID) -> bool:
    return (
        Employee.objects.administrators()
        .active(timezone.localdate())
        .filter(person=user, department=department_id)
        .exists()
    )
