"""Who works in a department, what they know, and when they are away."""

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Collection

from django.db.models import Q, QuerySet

from accounts.models import User
from departments.models import Absence, Department, Employee, QualificationHeld


def qualifications_on(
    date: dt.date, person_ids: Collection[uuid.UUID]
) -> dict[uuid.UUID, list[uuid.UUID]]:
    """The ids of what each person is qualified for on a date, sorted."""
    held = defaultdict(set)
    rows = QualificationHeld.objects.filter(
        Q(valid_until__isnull=True) | Q(valid_until__gte=date),
        person__in=person_ids,
        valid_from__lte=date,
    ).values_list("person_id", "qualification_id")
    for person_id, qualification_id in rows:
        held[person_id].add(qualification_id)
    return {person_id: sorted(held[person_id]) for person_id in person_ids}


def care_workers(department: Department, date: dt.date) -> QuerySet[User]:
    """Those who can have their name on one of the department's shifts that day."""
    employed = Employee.objects.active(date).care_workers().filter(department=department)
    return User.objects.filter(employments__in=employed).order_by("given_name", "family_name")


def absences(department: Department, start: dt.datetime, end: dt.datetime) -> QuerySet[Absence]:
    """Absences of the department's people that fall within [start, end)."""
    return (
        Absence.objects.filter(
            person__employments__department=department, starts_at__lt=end, ends_at__gt=start
        )
        .select_related("person")
        .distinct()
        .order_by("starts_at", "person__given_name")
    )
