"""People to call about a recipient, written down by the department."""

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _

from accounts.access import PersonRequest
from accounts.http_methods import require_POST
from accounts.questions import asks
from booking import actions
from booking.access.staff import recipient_of
from booking.errors import KeyReused
from booking.forms.recipients import ContactForm
from booking.views.staff import questions
from booking.views.staff.recipients import recipient_page
from departments.access import administrator
from departments.models import Department


@require_POST
@administrator
def add_contact(
    request: PersonRequest, department: Department, recipient: uuid.UUID
) -> HttpResponse:
    found = recipient_of(department, recipient, by=request.user, what="booking:add_contact")
    form = ContactForm(request.POST)
    if form.is_valid():
        try:
            actions.add_contact(
                recipient=found, department=department, by=request.user, **form.cleaned_data
            )
        except KeyReused:
            form.refuse_key()
        else:
            messages.success(request, _("The contact person is added."))
            return redirect("booking:recipient", department.pk, found.pk)
    return recipient_page(request, department, found, new_contact=form)


@require_POST
@asks(questions.remove_contact)
@administrator
def remove_contact(
    request: PersonRequest, department: Department, recipient: uuid.UUID, contact: uuid.UUID
) -> HttpResponse:
    found = recipient_of(department, recipient, by=request.user, what="booking:remove_contact")
    removed = get_object_or_404(found.contacts, pk=contact)
    actions.remove_contact(contact=removed, department=department, by=request.user)
    messages.success(request, _("The contact person is removed."))
    return redirect("booking:recipient", department.pk, found.pk)
