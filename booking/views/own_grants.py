"""What the recipient is granted, as they and those who act for them read it."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from accounts.access import PersonRequest
from accounts.decorators import person_required
from accounts.http_methods import require_safe
from booking import queries
from booking.access.pages import know_departments, recipient_for


@require_safe
@person_required
def own_grants(request: PersonRequest) -> HttpResponse:
    grants = queries.grants_from(recipient_for(request), timezone.localdate())
    departments = list({grant.service.department: None for grant in grants})
    know_departments(request, lambda: departments)
    context = {"grants": grants, "departments": departments}
    return render(request, "booking/own_grants.html", context)
