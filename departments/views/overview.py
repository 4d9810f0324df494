"""Figures of all departments for a coordinator, or of the user's own departments."""

from django.http import HttpResponse
from django.shortcuts import render

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
