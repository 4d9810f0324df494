"""Access to a department's pages. Users without a role in a department get a 404."""

import datetime as dt
import uuid
from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.http import Http404, HttpResponse
from django.utils import timezone

from accounts.access import PersonRequest
from accounts.decorators import person_required
from accounts.models import User
from departments.models import Department, Employee

P = ParamSpec("P")


def employments_of(user: User, on: dt.date | None = None) -> list[Employee]:
    """The user's employments today, administrator's first, with their departments."""
    return list(
        Employee.objects.active(on or timezone.localdate())
        .filter(person=user)
        .select_related("department")
        .order_by("role", "department__name")
    )


def department_for(user: User, department_id: uuid.UUID, *roles: str) -> Department:
    """The department in which the user has one of the roles today. Raises ``Http404``."""
    department = (
        Department.objects.filter(
            pk=department_id,
            employees__in=Employee.objects.active(timezone.localdate()).filter(
                person=user, role__in=roles
            ),
        )
        .distinct()
        .first()
    )
    if department is None:
        raise Http404
    return department


def administrator(
    view: Callable[Concatenate[PersonRequest, Department, P], HttpResponse],
) -> Callable[..., HttpResponse]:
    """Require a logged-in administrator of the ``department`` in the URL.

    The view receives a ``PersonRequest`` (``request.user`` is a ``User``) and the department.
    """

    @person_required
    @wraps(view)
    def guarded(
        request: PersonRequest, /, department: uuid.UUID, *args: P.args, **kwargs: P.kwargs
    ) -> HttpResponse:
        return view(
            request,
            department_for(request.user, department, Employee.Role.ADMINISTRATOR),
            *args,
            **kwargs,
        )

    return guarded
