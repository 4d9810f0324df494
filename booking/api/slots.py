"""Days as JSON, joined from texts instead of built from objects: a fortnight is hundreds
of slots. A day that nothing of the person's own touches is written once for everybody
(``DayOffer.made``). ``schemas.SlotsOut`` describes the same, and a test holds the two together.

``free`` can be booked, ``busy`` can't because nobody is left. A time that this person
can't have whoever else books — gone by, too soon, meeting a visit of their own, without
a grant or over its amount — is left out.
"""

from collections.abc import Iterable
from functools import lru_cache

from django.utils import timezone

from booking.calendar.offers import DayOffer, Slot, SlotStatus

SLOTS_KEPT = 4096
TOLD = frozenset({SlotStatus.FREE, SlotStatus.BUSY})


def days_json(offer: Iterable[DayOffer]) -> str:
    return f'{{"days":[{",".join(day.made(_day) for day in offer)}]}}'


def _day(day: DayOffer) -> str:
    slots = ",".join(_slot(slot) for slot in day.slots if slot.status in TOLD)
    return f'{{"date":"{day.date}","slots":[{slots}]}}'


@lru_cache(SLOTS_KEPT)
def _slot(slot: Slot) -> str:
    start, end = (
        timezone.localtime(instant).isoformat() for instant in (slot.starts_at, slot.ends_at)
    )
    return f'{{"start":"{start}","end":"{end}","status":"{slot.status}"}}'
