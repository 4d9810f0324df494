"""Visits without contact, for the department: what was tried, and who has met the recipient."""

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access import PersonRequest
from accounts.decorators import person_required
from accounts.http_methods import require_http_methods, require_POST
from accounts.questions import asks
from workflow import access, actions, queries
from workflow.errors import WorkflowError
from workflow.forms import ConfirmContactForm
from workflow.models import NoContact
from workflow.views import questions


@require_http_methods(["GET", "HEAD", "POST"])
@person_required
def no_contact(
    request: PersonRequest, department: uuid.UUID, no_contact: uuid.UUID
) -> HttpResponse:
    """What was tried, and the form in which a named person says that they met the recipient."""
    what = "workflow:staff_no_contact"
    found = access.no_contact_of(request.user, department, no_contact, what=what)
    if request.method != "POST":
        return _page(request, found, ConfirmContactForm(opened_at=found.opened_at))
    form = ConfirmContactForm(request.POST, opened_at=found.opened_at)
    if not form.is_valid():
        return _page(request, found, form)
    confirmed = actions.confirm_contact(no_contact=found, by=request.user, **form.cleaned_data)
    if confirmed.confirmed_by_id == request.user.pk:
        messages.success(request, _("You have confirmed it. No more alarms are sent."))
    else:
        messages.info(request, _("Somebody else has confirmed it meanwhile."))
    return redirect("workflow:staff_no_contact", department, found.pk)


@require_POST
@asks(questions.close_no_contact)
@person_required
def close(request: PersonRequest, department: uuid.UUID, no_contact: uuid.UUID) -> HttpResponse:
    what = "workflow:close_no_contact"
    found = access.no_contact_of(request.user, department, no_contact, what=what)
    try:
        actions.close_as_wasted_trip(no_contact=found, by=request.user)
    except WorkflowError as error:
        messages.error(request, str(error))
        return redirect("workflow:staff_no_contact", department, found.pk)
    messages.success(request, _("It is closed as a wasted trip."))
    return redirect(_back(request, found))


def _page(request: PersonRequest, found: NoContact, form: ConfirmContactForm) -> HttpResponse:
    return render(
        request,
        "workflow/staff_no_contact.html",
        {
            "department": found.visit.day.department,
            "back": _back(request, found),
            "no_contact": found,
            "steps": queries.steps_to_do(found, timezone.now()),
            "form": form,
        },
    )


def _back(request: PersonRequest, found: NoContact) -> str:
    """The page that lists it for the user."""
    if request.user.as_duty_lead:
        return reverse("workflow:duty")
    return reverse("workflow:today", args=[found.visit.day.department_id])
