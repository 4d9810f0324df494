"""The recipient gives up an agreed time on one date, or wants it after all."""

import uuid

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from accounts.access import PersonRequest
from accounts.decorators import person_required
from accounts.http_methods import require_POST
from accounts.questions import asks
from accounts.templatetags.dates import day
from booking import actions, errors
from booking.access.pages import agreed_date_for
from booking.forms.series import DateForm
from booking.models import AgreedDate, Mandate
from booking.views import questions


@require_POST
@asks(questions.give_up_agreed_time)
@person_required
def give_up(request: PersonRequest, agreed_time: uuid.UUID) -> HttpResponse:
    found = _sent_date(request, agreed_time)
    try:
        actions.give_up(agreed_date=found, by=request.user)
    except errors.TooLate:
        messages.warning(request, _("It is booked by now. You can move or cancel the visit."))
    else:
        text = _("Nobody comes at the agreed time on {day}. The department sees that.")
        messages.success(request, text.format(day=day(found.date)))
    return redirect("booking:visits")


@require_POST
@asks(questions.take_back_agreed_time)
@person_required
def take_back(request: PersonRequest, agreed_time: uuid.UUID) -> HttpResponse:
    found = _sent_date(request, agreed_time)
    if actions.take_back_giving_up(agreed_date=found, by=request.user):
        text = _("The agreed time on {day} is kept again.")
        messages.success(request, text.format(day=day(found.date)))
    else:
        text = _("The agreed time on {day} is not free any more. Choose another one.")
        messages.warning(request, text.format(day=day(found.date)))
    return redirect("booking:visits")


def _sent_date(request: PersonRequest, agreed_time: uuid.UUID) -> AgreedDate:
    form = DateForm(request.POST)
    if not form.is_valid():
        raise Http404
    return agreed_date_for(request, agreed_time, form.cleaned_data["date"], may=Mandate.May.BOOK)
