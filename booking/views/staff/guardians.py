"""Guardians, registered by an administrator from the decision that appoints them."""

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _

from accounts.access import PersonRequest
from accounts.http_methods import require_POST
from booking import actions, errors
from booking.access.staff import recipient_of
from booking.forms.mandates import GuardianForm
from booking.models import Mandate
from booking.views.staff.recipients import recipient_page
from departments.access import administrator
from departments.models import Department


@require_POST
@administrator
def register_guardian(
    request: PersonRequest, department: Department, recipient: uuid.UUID
) -> HttpResponse:
    found = recipient_of(department, recipient, by=request.user, what="booking:register_guardian")
    form = GuardianForm(request.POST)
    if not form.is_valid():
        return recipient_page(request, department, found, new_guardian=form)
    try:
        actions.register_guardian(recipient=found, to=form.invited, **form.terms, by=request.user)
    except errors.OwnHelper:
        form.add_error("email", _("This is the recipient's own e-mail."))
    except errors.MandateOverlaps:
        form.add_error("email", _("This person may act for the recipient then already."))
    else:
        messages.success(request, _("The guardian is registered."))
        return redirect("booking:recipient", department.pk, found.pk)
    return recipient_page(request, department, found, new_guardian=form)


@require_POST
@administrator
def end_guardian(
    request: PersonRequest, department: Department, recipient: uuid.UUID, mandate: uuid.UUID
) -> HttpResponse:
    found = recipient_of(department, recipient, by=request.user, what="booking:end_guardian")
    guardian = get_object_or_404(found.mandates, pk=mandate, kind=Mandate.Kind.GUARDIAN)
    actions.end_mandate(mandate=guardian, by=request.user)
    messages.success(request, _("The guardian can't act for the recipient any more."))
    return redirect("booking:recipient", department.pk, found.pk)
