from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from accounts.access import PersonRequest, log_accesses
from accounts.http_methods import require_safe
from booking.access.close import hide_close
from booking.models.calls import Outcome
from database.list_pages import page_number
from departments.access import administrator
from departments.models import Department
from workflow import queries


@require_safe
@administrator
def today(request: PersonRequest, department: Department) -> HttpResponse:
    """The administrator's first page: unstaffed visits and other problems, then figures."""
    now = timezone.now()
    today = queries.today_of(
        department,
        now,
        changes_page=page_number(request.GET.get("changes")),
    )
    closed = hide_close(request.user, today.recipients)
    log_accesses(
        by=request.user,
        subject_ids={one.pk for one in today.recipients} - closed,
        what="workflow:today",
        department_id=department.pk,
    )
    return render(
        request,
        "workflow/today.html",
        {"department": department, "now": now, "today": today, "outcomes": Outcome.choices},
    )


@require_safe
@administrator
def unbooked(request: PersonRequest, department: Department) -> HttpResponse:
    """All essential help that is not booked, this week or the next, from which staff call."""
    is_next = request.GET.get("week") == "next"
    number = page_number(request.GET.get("page"))
    page = queries.unbooked_help(department, timezone.now(), is_next=is_next, page=number)
    shown = [one.unbooked.grant.recipient for one in page.shown]
    closed = hide_close(request.user, shown)
    log_accesses(
        by=request.user,
        subject_ids={one.pk for one in shown} - closed,
        what="workflow:unbooked",
        department_id=department.pk,
    )
    context = {
        "department": department,
        "week": "next" if is_next else "this",
        "page": page,
        "outcomes": Outcome.choices,
    }
    return render(request, "workflow/unbooked.html", context)
