"""Visits in one's own calendar: a file for one, a secret address for all of them."""

import hashlib
import uuid

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.cache import get_conditional_response, patch_response_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import PersonRequest, record_look
from accounts.decorators import person_required
from accounts.reauthentication import log_in_again_first
from booking.access.pages import booking_for, recipient_for
from booking.actions.feeds import hashed, make_feed, note_reading, revoke_feed
from booking.calendar.ics import Method
from booking.models import Booking, CalendarFeed, Recipient
from booking.queries import feeds as calendars

CALENDAR = "text/calendar; charset=utf-8"
KEPT = 15 * 60  # seconds that a program may keep what it read


@require_safe
@person_required
def visit_file(request: PersonRequest, booking: uuid.UUID) -> HttpResponse:
    """One visit, to be added to a calendar, or taken out of it when it is cancelled."""
    found = booking_for(request, booking)
    is_cancelled = found.status == Booking.Status.CANCELLED
    file = calendars.file_of_visit(
        found,
        method=Method.CANCEL if is_cancelled else Method.PUBLISH,
        names_service=calendars.names_service(request.user.pk),
    )
    response = HttpResponse(file, content_type=CALENDAR)
    response["Content-Disposition"] = f'attachment; filename="{_("appointment.ics")}"'
    return response


@require_safe
@person_required
def feeds(request: PersonRequest) -> HttpResponse:
    return _page(request, _own(request))


@require_POST
@person_required
def make(request: PersonRequest) -> HttpResponse:
    """Make an address, and show it this once."""
    recipient = _own(request)
    if first := log_in_again_first(request):
        return first
    _feed, secret = make_feed(recipient=recipient, by=request.user)
    address = f"{settings.SITE_URL}{reverse('booking:feed', args=[secret])}"
    return _page(request, recipient, address=address)


@require_POST
@person_required
def revoke(request: PersonRequest, feed: uuid.UUID) -> HttpResponse:
    found = get_object_or_404(CalendarFeed, pk=feed, recipient=_own(request))
    revoke_feed(feed=found, by=request.user)
    messages.success(request, _("The address is closed. Nobody can read it any more."))
    return redirect("booking:feeds")


@require_safe
def feed(request: HttpRequest, secret: str) -> HttpResponse:
    """For calendar programs, which do not log in: who has the address may read.

    Each reading is in the log under whoever made the address. When nothing has changed
    the answer is a 304.
    """
    found = (
        CalendarFeed.objects.select_related("recipient", "by")
        .filter(secret_hash=hashed(secret), revoked_at__isnull=True, by__is_active=True)
        .first()
    )
    if found is None or found.recipient.user_id != found.by_id:
        raise Http404
    record_look(
        by=found.by, subject_id=found.recipient_id, what="booking:feed", department_id=None
    )
    note_reading(found)
    with translation.override(found.by.language):
        file = calendars.feed(
            found.recipient,
            timezone.now(),
            names_service=calendars.names_service(found.by_id),
        )
    etag = f'"{hashlib.sha256(file).hexdigest()[:32]}"'
    response = HttpResponse(file, content_type=CALENDAR)
    response = get_conditional_response(request, etag=etag, response=response) or response
    response.headers["ETag"] = etag
    patch_response_headers(response, KEPT)
    response.headers["Cache-Control"] = f"private, max-age={KEPT}"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def _own(request: PersonRequest) -> Recipient:
    """Addresses belong to the person alone, not to those who may act for them."""
    recipient = recipient_for(request)
    if recipient.user_id != request.user.pk:
        raise Http404
    return recipient


def _page(request: PersonRequest, recipient: Recipient, address: str = "") -> HttpResponse:
    context = {
        "feeds": recipient.feeds.filter(revoked_at__isnull=True),
        "address": address,
        "to_subscribe": f"webcal://{address.partition('://')[2]}" if address else "",
    }
    return render(request, "booking/feeds.html", context)
