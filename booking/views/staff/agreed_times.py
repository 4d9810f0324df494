"""Agreed times of a grant, written down by the department."""

import datetime as dt
import uuid

from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _

from accounts.access import PersonRequest
from accounts.http_methods import require_POST
from accounts.questions import asks, form_on
from booking import actions
from booking.access.staff import agreed_time_of, grant_of
from booking.errors import KeyReused, NotAgreeable
from booking.forms.recipients import AgreedTimeForm
from booking.forms.series import DateForm
from booking.models import AgreedDate
from booking.views.staff import questions
from booking.views.staff.grants import grant_page
from departments.access import administrator
from departments.models import Department


@require_POST
@form_on("booking:grant")
@administrator
def agree_time(request: PersonRequest, department: Department, grant: uuid.UUID) -> HttpResponse:
    found = grant_of(department, grant, by=request.user, what="booking:agree_time")
    form = AgreedTimeForm(request.POST, grant=found)
    if form.is_valid():
        terms = {"week": 1, **form.cleaned_data}
        try:
            actions.agree(grant=found, **terms, by=request.user)
        except KeyReused:
            form.refuse_key()
        except NotAgreeable as error:
            form.add_error("time", error.why)
        else:
            messages.success(request, _("The time is agreed. It is kept until another is chosen."))
            return redirect("booking:grant", department.pk, found.pk)
    return grant_page(request, department, found, agreed=form)


@require_POST
@asks(questions.end_agreed_time)
@administrator
def end_agreed_time(
    request: PersonRequest, department: Department, grant: uuid.UUID, agreed_time: uuid.UUID
) -> HttpResponse:
    found = grant_of(department, grant, by=request.user, what="booking:end_agreed_time")
    ended = agreed_time_of(found, agreed_time)
    actions.end_agreed_time(agreed_time=ended, by=request.user)
    messages.success(request, _("The time is not agreed any more. What is booked stays."))
    return redirect("booking:grant", department.pk, found.pk)


@require_POST
@asks(questions.see_given_up)
@administrator
def see_given_up(
    request: PersonRequest, department: Department, grant: uuid.UUID, agreed_time: uuid.UUID
) -> HttpResponse:
    """A member of staff has seen that the recipient gave the time up."""
    found = grant_of(department, grant, by=request.user, what="booking:see_given_up")
    date = sent_date(request.POST)
    row = get_object_or_404(AgreedDate, agreed_time=agreed_time_of(found, agreed_time), date=date)
    actions.see_given_up(agreed_date=row, by=request.user)
    messages.success(request, _("It is not on the list any more."))
    return redirect("workflow:today", department.pk)


def sent_date(sent: QueryDict) -> dt.date:
    form = DateForm(sent)
    if not form.is_valid():
        raise Http404
    date: dt.date = form.cleaned_data["date"]
    return date
