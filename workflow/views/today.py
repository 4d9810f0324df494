from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.access import record_looks
from accounts.models import User
from departments.access import administrator
from departments.models import Department
from workflow import queries


@require_safe
@administrator
def today(request: HttpRequest, department: Department) -> HttpResponse:
    """Where an administrator's day begins: visits nobody has, then figures."""
    now = timezone.now()
    today = queries.today_of(department, now)
    record_looks(
        by=cast(User, request.user),
        subject_ids=today.recipient_ids,
        what="workflow:today",
        department_id=department.pk,
    )
    return render(
        request, "workflow/today.html", {"department": department, "now": now, "today": today}
    )
