"""Tell me when a time opens: asked for on a day's page, listed and taken back here."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts import dates
from accounts.access import PersonRequest
from accounts.decorators import person_required
from booking import errors
from booking.access.pages import booking_for, granted_service, recipient_for, whose_pages
from booking.actions import wishes as actions
from booking.forms.wishes import WishForm
from booking.models import Mandate, SlotWish
from booking.views import simple


@require_safe
@person_required
def wishes(request: PersonRequest) -> HttpResponse:
    """``?wish=`` is one to take back: the simple view asks once before it is done."""
    recipient = recipient_for(request)
    held = SlotWish.objects.filter(recipient=recipient).select_related("service", "moving", "by")
    found = list(held)
    context: dict[str, Any] = {"wishes": found}
    if whose_pages(request).may_book:
        asked = request.GET.get("wish")
        context["taking_back"] = next((wish for wish in found if str(wish.pk) == asked), None)
    return simple.show(request, "wishes", context)


@require_POST
@person_required
def make_wish(request: PersonRequest) -> HttpResponse:
    recipient = recipient_for(request, may=Mandate.May.BOOK)
    form = WishForm(request.POST)
    if not form.is_valid():
        raise Http404
    asked = form.cleaned_data
    service = granted_service(recipient, asked["service"])
    moving = None
    if asked["moving"]:
        moving = booking_for(request, asked["moving"], may=Mandate.May.BOOK)
        service = moving.service
    try:
        actions.wish(
            recipient=recipient,
            service=service,
            date=asked["date"],
            moving=moving,
            by=request.user,
        )
    except errors.OutsideHorizon:
        raise Http404 from None
    except errors.TooLate:
        return redirect("booking:move", asked["moving"])  # which says so
    except errors.TooManyWishes:
        text = _("You have asked about {count} days already. Remove one first.")
        messages.info(request, text.format(count=actions.AT_ONCE))
    else:
        day = dates.day(asked["date"], get_language())
        messages.success(request, _("We tell you if a time opens {day}.").format(day=day))
    return redirect("booking:wishes")


@require_POST
@person_required
def remove_wish(request: PersonRequest, wish: uuid.UUID) -> HttpResponse:
    recipient = recipient_for(request, may=Mandate.May.BOOK)
    found = get_object_or_404(SlotWish, pk=wish, recipient=recipient)
    actions.drop(wish=found)
    day = dates.day(found.date, get_language())
    messages.success(request, _("You do not wait for {day} any longer.").format(day=day))
    return redirect("booking:wishes")
