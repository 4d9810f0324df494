"""Who did something to a booking: the recipient, a helper or guardian, or the staff. The same
answer for pages and messages, whether it was done on a page, by the API or by a series.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from django.utils import timezone

from booking.models import BookingEvent, Mandate, Recipient


class Actor(StrEnum):
    OWN = "own"
    HELPER = "helper"  # or guardian
    STAFF = "staff"


def is_own(event: BookingEvent, recipient: Recipient) -> bool:
    return event.by_id is None or event.by_id == recipient.user_id


@dataclass(frozen=True)
class Actors:
    """The actors of one recipient's bookings. Reads the mandates once, and only for events by
    others."""

    recipient: Recipient

    def of(self, event: BookingEvent) -> Actor:
        """An employee may also hold a mandate. Bookings by phone are made by staff; anything
        else that a user did while they held a mandate, they did as a helper."""
        if is_own(event, self.recipient):
            return Actor.OWN
        if event.via == BookingEvent.Via.PHONE:
            return Actor.STAFF
        held = any(_held(mandate, event) for mandate in self._mandates)
        return Actor.HELPER if held else Actor.STAFF

    @cached_property
    def _mandates(self) -> Sequence[Mandate]:
        return list(self.recipient.mandates.all())


def _held(mandate: Mandate, event: BookingEvent) -> bool:
    on = timezone.localdate(event.at)
    return (
        mandate.holder_id == event.by_id
        and mandate.valid_from <= on
        and (mandate.valid_until is None or on <= mandate.valid_until)
        and (mandate.revoked_at is None or event.at <= mandate.revoked_at)
    )
