"""Wishes for a free time: made on a day's page, listed and removed here."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts import dates
from accounts.access import PersonRequest
from accounts.decorators import person_required
from accounts.http_methods import require_POST, require_safe
from accounts.questions import asks
from booking import actions, errors, queries
from booking.access.pages import booking_for, granted_service, recipient_for, whose_pages, wish_for
from booking.actions.wishes import AT_ONCE
from booking.forms.wishes import WishForm
from booking.models import Mandate
from booking.views import questions, simple
from departments.phones import shown_phone_of


@require_safe
@person_required
def wishes(request: PersonRequest) -> HttpResponse:
    """``?wish=`` is one to remove: the simple view asks for confirmation first."""
    recipient = recipient_for(request)
    found = queries.wishes_of(recipient)
    context: dict[str, Any] = {"wishes": found}
    if whose_pages(request).may_book:
        chosen = request.GET.get("wish")
        context["taking_back"] = next((wish for wish in found if str(wish.pk) == chosen), None)
    return simple.show(request, "wishes", context)


@require_POST
@asks(questions.make_wish)
@person_required
def make_wish(request: PersonRequest) -> HttpResponse:
    recipient = recipient_for(request, may=Mandate.May.BOOK)
    form = WishForm(request.POST)
    if not form.is_valid():
        raise Http404
    values = form.cleaned_data
    service = granted_service(recipient, values["service"])
    moving = None
    if values["moving"]:
        moving = booking_for(request, values["moving"], may=Mandate.May.BOOK)
        service = moving.service
    try:
        actions.wish(
            recipient=recipient,
            service=service,
            date=values["date"],
            moving=moving,
            by=request.user,
        )
    except errors.OutsideHorizon:
        raise Http404 from None
    except errors.TooLate:
        return redirect("booking:move", values["moving"])  # which says so
    except (errors.TimesAreSet, errors.NotYoursYet):
        phone = shown_phone_of(service.department)
        text = _("We choose the times for {service}. Call {phone} if a time does not suit.")
        messages.info(request, text.format(service=service.name.lower(), phone=phone))
    except errors.TooManyWishes:
        text = _("You have asked about {count} days already. Remove one first.")
        messages.info(request, text.format(count=AT_ONCE))
    else:
        day = dates.day(values["date"], get_language())
        messages.success(request, _("We tell you if a time opens {day}.").format(day=day))
    return redirect("booking:wishes")


@require_POST
@asks(questions.remove_wish)
@person_required
def remove_wish(request: PersonRequest, wish: uuid.UUID) -> HttpResponse:
    found = wish_for(request, wish, may=Mandate.May.BOOK)
    actions.drop(wish=found, by=request.user)
    day = dates.day(found.date, get_language())
    messages.success(request, _("You do not wait for {day} any longer.").format(day=day))
    return redirect("booking:wishes")
