"""By whose doing something became of a booking: the person's own, that of somebody who helps
them, or the municipality's. Decided here for pages and messages alike, whichever way in they
used: a page, a program, a visit that repeats.
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
    """Of one recipient's bookings. Asks the database once, and only if somebody else did
    something."""

    recipient: Recipient

    def of(self, event: BookingEvent) -> Actor:
        """A carer may be their neighbour's helper too: only staff take phone calls, and
        whatever else somebody does who held a mandate then, they do as a helper."""
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
