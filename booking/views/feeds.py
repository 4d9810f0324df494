"""Visits for calendar programs: a file with one visit, and a secret feed URL for all."""

import hashlib
import uuid

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.cache import get_conditional_response, patch_response_headers
from django.utils.translation import gettext as _

from accounts.access import PersonRequest, log_access
from accounts.decorators import person_required
from accounts.forms import KeyForm
from accounts.http_methods import require_POST, require_safe
from accounts.questions import asks
from accounts.reauthentication import log_in_again_first
from booking import errors, queries
from booking.access.pages import booking_for, own_feed, recipient_of_feeds
from booking.actions.feeds import hashed, make_feed, note_reading, revoke_feed
from booking.calendar.ics import Method
from booking.models import Booking, Recipient
from booking.views import questions

CALENDAR = "text/calendar; charset=utf-8"
MAX_AGE = 15 * 60  # seconds that a program may cache a feed


@require_safe
@person_required
def visit_file(request: PersonRequest, booking: uuid.UUID) -> HttpResponse:
    """One visit to add to a calendar; a cancelled one is removed from it."""
    found = booking_for(request, booking)
    is_cancelled = found.status == Booking.Status.CANCELLED
    file = queries.file_of_visit(
        found,
        changed_at=queries.last_change(found),
        method=Method.CANCEL if is_cancelled else Method.PUBLISH,
        names_service=queries.names_service(request.user.pk),
    )
    response = HttpResponse(file, content_type=CALENDAR)
    response["Content-Disposition"] = f'attachment; filename="{_("appointment.ics")}"'
    return response


@require_safe
@person_required
def feeds(request: PersonRequest) -> HttpResponse:
    return _page(request, recipient_of_feeds(request))


@require_POST
@asks(questions.make_feed)
@person_required
def make(request: PersonRequest) -> HttpResponse:
    """Make a feed and show its URL, which is not shown again."""
    recipient = recipient_of_feeds(request)
    form = KeyForm(request.POST)
    if not form.is_valid():
        return redirect("booking:feeds")
    if first := log_in_again_first(request):
        return first
    try:
        _feed, secret = make_feed(
            recipient=recipient, by=request.user, key=form.cleaned_data["key"]
        )
    except errors.KeyReused:
        messages.info(
            request,
            _(
                "You have made this address already. We can't show it again. "
                "Did you not copy it? Close it, and make one more."
            ),
        )
        return redirect("booking:feeds")
    address = f"{settings.SITE_URL}{reverse('booking:feed', args=[secret])}"
    return _page(request, recipient, address=address)


@require_POST
@asks(questions.revoke_feed)
@person_required
def revoke(request: PersonRequest, feed: uuid.UUID) -> HttpResponse:
    revoke_feed(feed=own_feed(request, feed), by=request.user)
    messages.success(request, _("The address is closed. Nobody can read it any more."))
    return redirect("booking:feeds")


@require_safe
def feed(request: HttpRequest, secret: str) -> HttpResponse:
    """For calendar programs, which do not log in: everybody who has the URL may read it.

    Each read is in the access log under the feed's maker. 304 when nothing has changed.
    """
    found = queries.open_feed(hashed(secret))
    if found is None:
        raise Http404
    log_access(by=found.by, subject_id=found.recipient_id, what="booking:feed", department_id=None)
    note_reading(found)
    with translation.override(found.by.language):
        file = queries.feed(
            found.recipient,
            timezone.now(),
            names_service=queries.names_service(found.by_id),
        )
    etag = f'"{hashlib.sha256(file).hexdigest()[:32]}"'
    response = HttpResponse(file, content_type=CALENDAR)
    response = get_conditional_response(request, etag=etag, response=response) or response
    response.headers["ETag"] = etag
    patch_response_headers(response, MAX_AGE)
    response.headers["Cache-Control"] = f"private, max-age={MAX_AGE}"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def _page(request: PersonRequest, recipient: Recipient, address: str = "") -> HttpResponse:
    context = {
        "form": KeyForm(),
        "feeds": queries.open_feeds(recipient),
        "address": address,
        "to_subscribe": f"webcal://{address.partition('://')[2]}" if address else "",
    }
    return render(request, "booking/feeds.html", context)
