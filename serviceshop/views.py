"""Pages that know every storey: where each role begins."""

from typing import cast

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.models import Coordinator, User
from booking.models import Recipient
from departments.models import Employee


@require_safe
@login_required
def home(request: HttpRequest) -> HttpResponse:
    """Send people to the page their day begins on; work comes before own bookings."""
    user = cast(User, request.user)
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
    return render(request, "no_role.html")
