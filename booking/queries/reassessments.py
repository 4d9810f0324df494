"""What departments have asked case workers about grants."""

from collections.abc import Iterable

from django.db.models import QuerySet

from booking.models import Grant, Reassessment
from departments.models import Department


def open_reassessments(department: Department) -> QuerySet[Reassessment]:
    """Those without an answer, the oldest first, with the grant, its service and recipient."""
    return (
        Reassessment.objects.filter(grant__service__department=department, answered_at=None)
        .select_related("grant__service", "grant__recipient", "asked_by")
        .order_by("asked_at", "pk")
    )


def last_reassessment(grant: Grant) -> Reassessment | None:
    return (
        grant.reassessments.select_related("asked_by", "answered_by").order_by("-asked_at").first()
    )


def grants_to_reassess(grants: Iterable[Grant]) -> set[object]:
    """The ids of those with an open request."""
    asked = Reassessment.objects.filter(grant__in=list(grants), answered_at=None)
    return set(asked.values_list("grant", flat=True))
