"""Pages that know every storey: where each role begins."""

from typing import cast

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.models import Coordinator, User
from booking.access import whose_pages
from booking.models import Recipient
from departments.models import Employee


@require_safe
@login_required
def home(request: HttpRequest) -> HttpResponse:
    """Send people to the page their day begins on; work comes before own bookings, and
    the person somebody acts for before both."""
    user = cast(User, request.user)
    whose = whose_pages(request)
    if whose.mandate:
        return redirect("booking:calendar")
    employments = Employee.objects.filter(person_id=user.pk).active(timezone.localdate())
    administrator = employments.administrators().order_by("department__name").first()
    if administrator:
        return redirect("workflow:today", administrator.department_id)
    if employments.care_workers().exists():
        return redirect("workflow:my_day")
    if Coordinator.objects.filter(user_id=user.pk).exists():
        return redirect("departments:overview")
    if Recipient.objects.filter(user_id=user.pk).exists():
        return redirect("booking:calendar")
    if whose.mandates:
        return redirect("booking:persons")
    return render(request, "no_role.html")
