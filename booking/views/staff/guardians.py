"""Guardians, written down by an administrator from the paper that appoints them."""

import uuid
from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.models import User
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
    request: HttpRequest, department: Department, recipient: uuid.UUID
) -> HttpResponse:
    by = cast(User, request.user)
    found = recipient_of(department, recipient, by=by, what="booking:register_guardian")
    form = GuardianForm(request.POST)
    if not form.is_valid():
        return recipient_page(request, department, found, new_guardian=form)
    try:
        actions.register_guardian(recipient=found, to=form.invited, **form.terms, by=by)
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
    request: HttpRequest, department: Department, recipient: uuid.UUID, mandate: uuid.UUID
) -> HttpResponse:
    by = cast(User, request.user)
    found = recipient_of(department, recipient, by=by, what="booking:end_guardian")
    guardian = get_object_or_404(found.mandates, pk=mandate, kind=Mandate.Kind.GUARDIAN)
    actions.end_mandate(mandate=guardian, by=by)
    messages.success(request, _("The guardian can't act for the recipient any more."))
    return redirect("booking:recipient", department.pk, found.pk)
