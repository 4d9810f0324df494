"""The access log: who has seen a recipient's information."""

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import render

from accounts.access import PersonRequest
from accounts.decorators import person_required
from accounts.http_methods import require_safe
from booking.access.pages import recipient_for, whose_pages
from booking.queries.access_log import access_log_of, with_roles

PER_PAGE = 25


@require_safe
@person_required
def access_log(request: PersonRequest) -> HttpResponse:
    """For the recipient and their guardian. Not for a helper: the log is about helpers too."""
    recipient = recipient_for(request)
    mandate = whose_pages(request).mandate
    if mandate and not mandate.is_guardians:
        raise Http404
    page = Paginator(access_log_of(recipient), PER_PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "booking/looks.html",
        {"recipient": recipient, "entries": with_roles(recipient, list(page)), "page": page},
    )
