"""Figures of all departments for a coordinator, or of the user's own departments."""

import uuid

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from accounts.access import PersonRequest
from accounts.decorators import person_required
from accounts.http_methods import require_safe
from accounts.queries import is_coordinator
from departments import access, queries


@require_safe
@person_required
def overview(request: PersonRequest) -> HttpResponse:
    visible = access.visible_departments(request.user)
    context = {
        "figures": queries.department_figures(visible.departments),
        "is_coordinator": is_coordinator(request.user),
        "own": visible.administered_ids,
    }
    return render(request, "departments/overview.html", context)


@require_safe
@person_required
def department(request: PersonRequest, department: uuid.UUID) -> HttpResponse:
    """What one department offers and how it stands, without anything about a person."""
    visible = access.visible_departments(request.user)
    found = get_object_or_404(visible.departments, pk=department)
    today = timezone.localdate()
    context = {
        "department": found,
        "figures": queries.department_figures([found]).rows[0],
        "services": queries.services_of(found),
        "week": queries.week_picture(found, today, queries.peak_use(found, today)),
        "is_own": found.pk in visible.administered_ids,
    }
    return render(request, "departments/department.html", context)
