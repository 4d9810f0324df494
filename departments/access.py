"""Access to a department's pages. Users without a role in a department get a 404."""

import datetime as dt
import uuid
from collections.abc import Callable
from functools import partial, wraps
from typing import Any, Concatenate, NamedTuple, ParamSpec

from django.core.exceptions import ObjectDoesNotExist
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone

from accounts.access import PersonRequest
from accounts.decorators import person_required
from accounts.models import Change, User
from accounts.queries import is_coordinator
from departments.models import (
    Absence,
    Department,
    Employee,
    OpeningHours,
    QualificationHeld,
    Service,
    SpecialDay,
)
from departments.queries.changes import changes_of
from departments.queries.duty import duty_department
from departments.queries.staff import coming_absences, recent_absences
from departments.removals import find_removed

P = ParamSpec("P")


def employments_of(user: User) -> list[Employee]:
    """The user's employments now, administrator's first, with their departments."""
    return list(
        Employee.objects.held_by(user, timezone.now())
        .select_related("department")
        .order_by("role", "department__name")
    )


def departments_administered_by(user: User, first: Department) -> list[Department]:
    """``first``, then the other departments that the user administers today, by name."""
    administered = Employee.objects.held_by(user, timezone.now()).administrators()
    others = Department.objects.filter(employees__in=administered)
    return [first, *others.exclude(pk=first.pk).distinct().order_by("name")]


def department_for(user: User, department_id: uuid.UUID, *roles: str) -> Department:
    """The department in which the user has one of the roles now. Raises ``Http404``."""
    department = (
        Department.objects.filter(
            pk=department_id,
            employees__in=Employee.objects.held_by(user, timezone.now()).filter(role__in=roles),
        )
        .distinct()
        .first()
    )
    if department is None:
        raise Http404
    return department


class VisibleDepartments(NamedTuple):
    """The departments whose figures a user may see, and those the user administers."""

    departments: QuerySet[Department]
    administered_ids: set[uuid.UUID]


def visible_departments(user: User) -> VisibleDepartments:
    """All departments for a coordinator, else those administered. Raises ``Http404``."""
    administered = (
        Employee.objects.held_by(user, timezone.now())
        .administrators()
        .values_list("department", flat=True)
    )
    administered_ids = set(administered)
    departments = Department.objects.all()
    if not is_coordinator(user):
        if not administered_ids:
            raise Http404
        departments = departments.filter(pk__in=administered_ids)
    return VisibleDepartments(departments, administered_ids)


# Objects of a department. Each function raises ``Http404`` for another department's.


def opening_hours_of(department: Department, row_id: uuid.UUID) -> OpeningHours:
    rows = department.opening_hours.prefetch_related("qualifications")
    return get_object_or_404(rows, pk=row_id)


def special_day_of(department: Department, date: dt.date) -> SpecialDay:
    return get_object_or_404(department.special_days, date=date)


def service_of(department: Department, service_id: uuid.UUID) -> Service:
    return get_object_or_404(department.services, pk=service_id)


def employee_of(department: Department, employee_id: uuid.UUID) -> Employee:
    return get_object_or_404(department.employees.select_related("person"), pk=employee_id)


def qualification_held_by(employee: Employee, held_id: int) -> QualificationHeld:
    held = QualificationHeld.objects.part_of(employee.department_id)
    return get_object_or_404(held, pk=held_id, person=employee.person_id)


def absence_of(department: Department, absence_id: uuid.UUID) -> Absence:
    """An absence of one of the department's employees that has not been over for long."""
    now = timezone.now()
    found = coming_absences(department, now) | recent_absences(department, now)
    return get_object_or_404(found, pk=absence_id)


def change_of(department: Department, change_id: int) -> Change:
    return get_object_or_404(changes_of(department), pk=change_id)


def has_role(user: User, department: Department, *roles: str) -> bool:
    """Whether the user has one of the roles in the department today."""
    try:
        department_for(user, department.pk, *roles)
    except Http404:
        return False
    return True


def department_of_grants(user: User, department_id: uuid.UUID) -> Department:
    """The department, for those who enter its grants: administrators or case workers, by its
    setting. Raises ``Http404``."""
    found = department_for(user, department_id, *Department.GrantsBy.values)
    return department_for(user, department_id, found.grants_by)


def department_on(user: User, department_id: uuid.UUID, date: dt.date) -> Department:
    """The department, for its administrators and the duty lead of its day. Marks the user as
    ``as_duty_lead`` when that alone gives access. Raises ``Http404``."""
    try:
        return department_for(user, department_id, Employee.Role.ADMINISTRATOR)
    except Http404:
        found = duty_department(user, department_id, date, timezone.now())
        if found is None:
            raise
        user.as_duty_lead = True
        return found


def administrator(
    view: Callable[Concatenate[PersonRequest, Department, P], HttpResponse],
) -> Callable[..., HttpResponse]:
    """Require a logged-in administrator of the ``department`` in the URL.

    The view receives a ``PersonRequest`` (``request.user`` is a ``User``) and the department.
    When it finds nothing because somebody has removed it, the page says so
    (``departments.removals``).
    """

    def find(user: User, department_id: uuid.UUID) -> Department:
        return department_for(user, department_id, Employee.Role.ADMINISTRATOR)

    return _guarded(view, find)


def case_worker(
    view: Callable[Concatenate[PersonRequest, Department, P], HttpResponse],
) -> Callable[..., HttpResponse]:
    """As ``administrator``, for the department's case workers."""

    def find(user: User, department_id: uuid.UUID) -> Department:
        return department_for(user, department_id, Employee.Role.CASE_WORKER)

    return _guarded(view, find)


def sees_grants(
    view: Callable[Concatenate[PersonRequest, Department, P], HttpResponse],
) -> Callable[..., HttpResponse]:
    """As ``administrator``, for administrators and case workers of the department."""

    def find(user: User, department_id: uuid.UUID) -> Department:
        return department_for(user, department_id, *Department.GrantsBy.values)

    return _guarded(view, find)


def enters_grants(
    view: Callable[Concatenate[PersonRequest, Department, P], HttpResponse],
) -> Callable[..., HttpResponse]:
    """As ``administrator``, for those who enter the department's grants by its setting."""
    return _guarded(view, department_of_grants)


def _guarded(
    view: Callable[Concatenate[PersonRequest, Department, P], HttpResponse],
    find: Callable[[User, uuid.UUID], Department],
) -> Callable[..., HttpResponse]:
    @person_required
    @wraps(view)
    def guarded(
        request: PersonRequest, /, department: uuid.UUID, *args: P.args, **kwargs: P.kwargs
    ) -> HttpResponse:
        found = find(request.user, department)
        return _shown(request, found, kwargs, partial(view, request, found, *args, **kwargs))

    return guarded


def administrator_or_duty_lead(
    view: Callable[Concatenate[PersonRequest, Department, dt.date, P], HttpResponse],
) -> Callable[..., HttpResponse]:
    """As ``administrator``, and let the duty lead of the ``date`` in the URL in too.

    For views of that day's visits, shifts, absences and contacts only: never for roles,
    settings, decisions, mandates, keys or exports.
    """

    @person_required
    @wraps(view)
    def guarded(
        request: PersonRequest,
        /,
        department: uuid.UUID,
        date: dt.date,
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> HttpResponse:
        found = department_on(request.user, department, date)
        its_view = partial(view, request, found, date, *args, **kwargs)
        return _shown(request, found, {"date": date, **kwargs}, its_view)

    return guarded


def _shown(
    request: PersonRequest,
    department: Department,
    kwargs: dict[str, Any],
    view: Callable[[], HttpResponse],
) -> HttpResponse:
    try:
        return view()
    except (Http404, ObjectDoesNotExist) as error:
        removed = find_removed(request, department, kwargs)
        if removed is None:
            raise
        raise removed from error
