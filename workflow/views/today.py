from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.access import PersonRequest, record_looks
from departments.access import administrator
from departments.models import Department
from workflow import queries


@require_safe
@administrator
def today(request: PersonRequest, department: Department) -> HttpResponse:
    """The administrator's first page: unstaffed visits and other problems, then figures."""
    now = timezone.now()
    today = queries.today_of(department, now)
    record_looks(
        by=request.user,
        subject_ids=today.recipient_ids,
        what="workflow:today",
        department_id=department.pk,
    )
    return render(
        request, "workflow/today.html", {"department": department, "now": now, "today": today}
    )
