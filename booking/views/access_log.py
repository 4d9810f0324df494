"""Who has seen a recipient's information, and who has changed what for them."""

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import render

from accounts.access import PersonRequest
from accounts.decorators import person_required
from accounts.http_methods import require_safe
from booking.access.pages import recipient_for, whose_pages
from booking.models import Recipient
from booking.queries.access_log import access_log_of, as_own_changes, changes_for, with_roles

PER_PAGE = 25


@require_safe
@person_required
def access_log(request: PersonRequest) -> HttpResponse:
    recipient = _recipient(request)
    page = Paginator(access_log_of(recipient), PER_PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "booking/looks.html",
        {"recipient": recipient, "entries": with_roles(recipient, list(page)), "page": page},
    )


@require_safe
@person_required
def changes(request: PersonRequest) -> HttpResponse:
    recipient = _recipient(request)
    found = changes_for(recipient, is_own=whose_pages(request).mandate is None)
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "booking/changes.html",
        {"recipient": recipient, "changes": as_own_changes(recipient, list(page)), "page": page},
    )


def _recipient(request: PersonRequest) -> Recipient:
    """For the recipient and their guardian. Not for a helper: the pages are about helpers too."""
    recipient = recipient_for(request)
    mandate = whose_pages(request).mandate
    if mandate and not mandate.is_guardians:
        raise Http404
    return recipient
