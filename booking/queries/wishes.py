"""What a wish for a free time depends on."""

import datetime as dt

from django.utils import timezone

from accounts.models import User
from booking import queries
from booking.models import Booking, Recipient


def may_book_for(user: User, recipient: Recipient) -> bool:
    """Whether it is still of use to them."""
    held = recipient.mandates.to_book(timezone.localdate()).filter(holder=user)
    return user.pk == recipient.user_id or held.exists()


def can_be_moved(visit: Booking, now: dt.datetime) -> bool:
    return visit.status == Booking.Status.BOOKED and now <= queries.change_deadline(visit)
