"""Employees who are close to a recipient, written down by the department."""

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
from booking.forms.recipients import RelationForm
from booking.views.staff import questions
from booking.views.staff.recipients import recipient_page
from departments.access import administrator
from departments.models import Department


@require_POST
@administrator
def declare_relation(
    request: PersonRequest, department: Department, recipient: uuid.UUID
) -> HttpResponse:
    found = recipient_of(department, recipient, by=request.user, what="booking:declare_relation")
    form = RelationForm(request.POST, department=department)
    if not form.is_valid():
        return recipient_page(request, department, found, new_relation=form)
    person = form.cleaned_data["person"]
    actions.declare_relation(
        recipient=found, person=person, department=department, by=request.user
    )
    messages.success(
        request, _("%(name)s no longer opens this person's pages.") % {"name": person.full_name}
    )
    if person.pk == request.user.pk:
        return redirect("booking:recipients", department.pk)
    return redirect("booking:recipient", department.pk, found.pk)


@require_POST
@asks(questions.end_relation)
@administrator
def end_relation(
    request: PersonRequest, department: Department, recipient: uuid.UUID, relation: uuid.UUID
) -> HttpResponse:
    found = recipient_of(department, recipient, by=request.user, what="booking:end_relation")
    ended = get_object_or_404(found.relations, pk=relation)
    actions.end_relation(relation=ended, department=department, by=request.user)
    messages.success(request, _("The change is saved."))
    return redirect("booking:recipient", department.pk, found.pk)
