"""Note a call about help that is not booked, and that a visit need not be booked again."""

import uuid

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.access import PersonRequest
from accounts.http_methods import require_POST
from accounts.questions import asks
from booking import actions
from booking.access.staff import confirmed_visit_of, grant_of, recipient_of
from booking.models.calls import Outcome
from booking.views.staff import questions
from database.list_pages import page_number
from departments.access import administrator
from departments.models import Department


@require_POST
@asks(questions.note_call)
@administrator
def note_call(request: PersonRequest, department: Department, grant: uuid.UUID) -> HttpResponse:
    """One press on the list of unbooked help."""
    found = grant_of(department, grant, by=request.user, what="booking:note_call")
    try:
        outcome = Outcome(request.POST.get("outcome", ""))
    except ValueError:
        raise Http404 from None
    actions.note_call(grant=found, outcome=outcome, department=department, by=request.user)
    messages.success(request, _("The call is noted."))
    if (week := request.POST.get("list")) not in ("this", "next"):
        return redirect("workflow:today", department.pk)
    page = page_number(request.POST.get("page"))
    url = reverse("workflow:unbooked", args=[department.pk])
    return redirect(f"{url}?week={week}&page={page}")


@require_POST
@asks(questions.needs_no_other_time)
@administrator
def needs_no_other_time(
    request: PersonRequest, department: Department, recipient: uuid.UUID, booking: uuid.UUID
) -> HttpResponse:
    """One press on the list of visits to book again: this one is not."""
    what = "booking:needs_no_other_time"
    its = recipient_of(department, recipient, by=request.user, what=what)
    found = confirmed_visit_of(department, its, booking)
    actions.needs_no_other_time(booking=found, by=request.user)
    messages.success(request, _("The visit is off the list."))
    return redirect("workflow:today", department.pk)
