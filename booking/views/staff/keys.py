"""How carers get into a recipient's home, written down by the department."""

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from accounts.access import PersonRequest
from accounts.http_methods import require_POST
from booking import actions, queries
from booking.access.staff import recipient_of
from booking.forms.recipients import KeysForm
from booking.views.staff.recipients import recipient_page
from database.versions import Stale
from departments.access import administrator
from departments.models import Department


@require_POST
@administrator
def change_keys(
    request: PersonRequest, department: Department, recipient: uuid.UUID
) -> HttpResponse:
    found = recipient_of(department, recipient, by=request.user, what="booking:change_keys")
    form = KeysForm(request.POST, instance=queries.key_facts(found))
    if not form.is_valid():
        return recipient_page(request, department, found, keys=form)
    try:
        actions.change_keys(
            recipient=found,
            **form.cleaned_data,
            department=department,
            by=request.user,
            version=form.seen,
        )
    except Stale:
        form = form.again(KeysForm(instance=queries.key_facts(found)))
        return recipient_page(request, department, found, keys=form, status=409)
    messages.success(request, _("The change is saved."))
    return redirect("booking:recipient", department.pk, found.pk)
