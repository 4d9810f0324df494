"""Offers as JSON, joined from texts instead of serialized from objects, because two weeks have
hundreds of slots. A day that recipients share is serialized once (``DayOffer.made``). A test
checks that the JSON is as ``schemas.SlotsOut`` describes it.

Slots with the recipient's own statuses are left out: past, too soon, during another visit,
without a grant, or over its amount.
"""

from collections.abc import Iterable
from functools import lru_cache

from django.utils import timezone

from booking.calendar.offers import DayOffer, Slot, SlotStatus

SLOTS_CACHED = 4096
SHOWN = frozenset({SlotStatus.FREE, SlotStatus.BUSY})


def days_json(offer: Iterable[DayOffer]) -> str:
    return f'{{"days":[{",".join(day.made(_day) for day in offer)}]}}'


def _day(day: DayOffer) -> str:
    slots = ",".join(_slot(slot) for slot in day.slots if slot.status in SHOWN)
    return f'{{"date":"{day.date}","slots":[{slots}]}}'


@lru_cache(SLOTS_CACHED)
def _slot(slot: Slot) -> str:
    start, end = (
        timezone.localtime(instant).isoformat() for instant in (slot.starts_at, slot.ends_at)
    )
    return f'{{"start":"{start}","end":"{end}","status":"{slot.status}"}}'
