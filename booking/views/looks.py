"""Who has looked at my information."""

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.access import PersonRequest
from accounts.decorators import person_required
from booking.access.pages import recipient_for, whose_pages
from booking.queries.access_log import looks_at, told

PER_PAGE = 25


@require_safe
@person_required
def looks(request: PersonRequest) -> HttpResponse:
    """For the person, and for their guardian; a helper is one of those who look."""
    recipient = recipient_for(request)
    mandate = whose_pages(request).mandate
    if mandate and not mandate.is_guardians:
        raise Http404
    page = Paginator(looks_at(recipient), PER_PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "booking/looks.html",
        {"recipient": recipient, "looks": told(recipient, list(page)), "page": page},
    )
