"""Note a call about essential help that is not booked."""

import uuid

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from accounts.access import PersonRequest
from accounts.http_methods import require_POST
from accounts.questions import asks
from booking import actions
from booking.access.staff import grant_of
from booking.models.calls import Outcome
from booking.views.staff import questions
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
    return redirect("workflow:today", department.pk)
