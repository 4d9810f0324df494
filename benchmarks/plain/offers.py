"""What is free, computed each time, slot by slot, from models."""

import datetime as dt
from collections.abc import Hashable, Iterable, Sequence
from typing import Any

from benchmarks.plain import Swap, everywhere
from booking.api import slots
from booking.api.schemas import DayOut, SlotOut, SlotsOut
from booking.calendar.offers import DayOffer, SlotStatus
from booking.queries import free
from booking.queries.day_seatings import day_seatings
from booking.queries.days import DayFact
from booking.queries.free import DayStarts, SharedDay
from departments.models import Shift

SHOWN = {SlotStatus.FREE, SlotStatus.BUSY}


class _NothingKept:
    def get(self, key: Hashable) -> None:
        return None

    def put(self, key: Hashable, value: object) -> None:
        pass


def no_dates_kept() -> list[Swap]:
    return [Swap(free, "_dates", _NothingKept())]


def no_needs_kept() -> list[Swap]:
    return [Swap(free, "_needs", _NothingKept())]


def whole_days_seated() -> list[Swap]:
    """Each start is answered by a seating of all shifts and visits."""

    def starts(search: Any, days: Sequence[DayFact], now: dt.datetime) -> dict[dt.date, DayStarts]:
        seatings = (
            day_seatings(days, search.needs, now=now, without=search.without) if days else {}
        )
        ids = [day.pk for day in days]
        staffed = set(Shift.objects.filter(day__in=ids).values_list("day_id", flat=True))
        return {
            day.date: DayStarts(
                tuple(seatings[day.pk].starts(search.demand, search.step)), day.pk in staffed
            )
            for day in days
        }

    return everywhere(free._starts_laid_out, starts)


def days_overlaid_each_time() -> list[Swap]:
    return [Swap(SharedDay, "overlaid", SharedDay._overlay)]


def nothing_made_of_days_kept() -> list[Swap]:
    def made(self: DayOffer, what: Any, *by: Hashable) -> Any:
        return what(self, *by)

    return [Swap(DayOffer, "made", made)]


def slots_by_schema() -> list[Swap]:
    def days_json(offer: Iterable[DayOffer]) -> str:
        days = [
            DayOut.model_construct(
                date=day.date,
                slots=[SlotOut.of(slot) for slot in day.slots if slot.status in SHOWN],
            )
            for day in offer
        ]
        return SlotsOut.model_construct(days=days).model_dump_json()

    return everywhere(slots.days_json, days_json)


def slots_written_each_time() -> list[Swap]:
    return [Swap(slots, "_slot", slots._slot.__wrapped__)]
