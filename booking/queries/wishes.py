"""Whether a wish for a free time can still be fulfilled."""

import datetime as dt

from django.utils import timezone

from accounts.models import User
from booking.models import Booking, Recipient, SlotWish
from booking.queries.visits import change_deadline


def may_book_for(user: User, recipient: Recipient) -> bool:
    """Whether the user is the recipient, or may book for them today."""
    held = recipient.mandates.to_book(timezone.localdate()).filter(holder=user)
    return user.pk == recipient.user_id or held.exists()


def can_be_moved(visit: Booking, now: dt.datetime) -> bool:
    return visit.status == Booking.Status.BOOKED and now <= change_deadline(visit)


def wishes_of(recipient: Recipient) -> list[SlotWish]:
    return list(
        SlotWish.objects.filter(recipient=recipient).select_related("service", "moving", "by")
    )


def has_wishes(recipient: Recipient) -> bool:
    return SlotWish.objects.filter(recipient=recipient).exists()
