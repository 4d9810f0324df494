"""The front page, which redirects to the first page of each role."""

from django.http import HttpResponse
from django.shortcuts import redirect, render

from accounts.access import PersonRequest
from accounts.decorators import person_required
from accounts.http_methods import require_safe
from booking.access.pages import whose_pages
from serviceshop.roles import roles_of
from workflow.access import can_still_tell


@require_safe
@person_required
def home(request: PersonRequest) -> HttpResponse:
    """Redirect to the user's main page. Acting for somebody has precedence over work, and
    work over own bookings. A carer whose role has ended can still report visits."""
    whose = whose_pages(request)
    if whose.mandate:
        return redirect("booking:calendar")
    roles = roles_of(request.user)
    if roles.administered:
        return redirect("workflow:today", roles.administered[0])
    if roles.case_departments:
        return redirect("booking:grants", next(iter(roles.case_departments)))
    if roles.is_care_worker:
        return redirect("workflow:my_day")
    if roles.is_coordinator:
        return redirect("departments:overview")
    if roles.is_recipient:
        return redirect("booking:calendar")
    if whose.mandates:
        return redirect("booking:persons")
    if can_still_tell(request.user):
        return redirect("workflow:my_day")
    return render(request, "no_role.html")
