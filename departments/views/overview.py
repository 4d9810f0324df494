"""All departments in figures, for the municipal coordinator; for an administrator of
several, the place to choose one."""

from typing import cast

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from accounts.http_methods import require_safe
from accounts.models import Coordinator, User
from departments.models import Department, Employee
from departments.queries.overview import figures


@require_safe
@login_required
def overview(request: HttpRequest) -> HttpResponse:
    user = cast(User, request.user)
    administered = (
        Employee.objects.active(timezone.localdate())
        .administrators()
        .filter(person=user)
        .values_list("department", flat=True)
    )
    own = set(administered)
    departments = Department.objects.all()
    if not Coordinator.objects.filter(user=user).exists():
        if not own:
            raise Http404
        departments = departments.filter(pk__in=own)
    context = {"figures": figures(departments), "own": own}
    return render(request, "departments/overview.html", context)
