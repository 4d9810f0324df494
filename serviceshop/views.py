"""Pages that know every storey: where each role begins."""

from typing import cast

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from accounts.models import User
from booking.access.pages import whose_pages
from serviceshop.roles import roles_of


@require_safe
@login_required
def home(request: HttpRequest) -> HttpResponse:
    """Send people to the page their day begins on; work comes before own bookings, and
    the person somebody acts for before both."""
    user = cast(User, request.user)
    whose = whose_pages(request)
    if whose.mandate:
        return redirect("booking:calendar")
    roles = roles_of(user)
    if roles.administered:
        return redirect("workflow:today", roles.administered[0])
    if roles.is_care_worker:
        return redirect("workflow:my_day")
    if roles.is_coordinator:
        return redirect("departments:overview")
    if roles.is_recipient:
        return redirect("booking:calendar")
    if whose.mandates:
        return redirect("booking:persons")
    return render(request, "no_role.html")
