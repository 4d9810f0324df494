"""Fetching a person's own data. Somebody else's is not found."""

import uuid

from django.http import Http404
from django.shortcuts import get_object_or_404

from accounts.access import PersonRequest
from booking.models import Booking, Recipient


def recipient_for(request: PersonRequest) -> Recipient:
    """The recipient whose pages these are: the one who is logged in, until people can
    hold a mandate for another. A look at oneself is not logged."""
    if request.acting_for is not None:
        raise Http404
    return get_object_or_404(Recipient, user=request.user)


def booking_for(request: PersonRequest, booking_id: uuid.UUID) -> Booking:
    recipient = recipient_for(request)
    booking = get_object_or_404(
        Booking.objects.select_related("service__department", "grant"),
        pk=booking_id,
        recipient=recipient,
    )
    booking.recipient = recipient
    return booking
