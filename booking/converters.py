"""Times in addresses: ``/book/<service>/2026-11-26/18.30/``.

In the hour that comes twice a time carries its offset: ``02.30+0100``.
"""

import datetime as dt
import uuid
from dataclasses import dataclass
from functools import cache

from django.urls import reverse
from django.utils import timezone


@dataclass(frozen=True)
class Clock:
    """What the clocks here show, and which of two when they show it twice."""

    time: dt.time
    offset: dt.timedelta | None = None

    @classmethod
    def of(cls, instant: dt.datetime) -> "Clock":
        local = timezone.localtime(instant)
        is_twice = local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()
        return cls(local.time(), local.utcoffset() if is_twice else None)

    def on(self, date: dt.date) -> dt.datetime | None:
        """The instant, or None when the clocks never show this on that date."""
        zone = timezone.get_current_timezone()
        for fold in (0, 1):
            local = dt.datetime.combine(date, self.time.replace(fold=fold), tzinfo=zone)
            try:
                instant = local.astimezone(dt.UTC)
            except OverflowError:
                return None  # at the edge of the calendar
            if instant.astimezone(zone).time() != self.time:
                continue  # skipped when the clocks go forward
            if self.offset in (None, local.utcoffset()):
                return instant
        return None


class ClockConverter:
    regex = r"[0-2]\d\.[0-5]\d(?:[+-]\d{4})?"

    def to_python(self, value: str) -> Clock:
        time = dt.datetime.strptime(value[:5], "%H.%M").time()  # noqa: DTZ007
        if not value[5:]:
            return Clock(time)
        offset = dt.datetime.strptime(value[5:], "%z").utcoffset()
        return Clock(time, offset)

    def to_url(self, clock: Clock) -> str:
        text = f"{clock.time:%H.%M}"
        if clock.offset is None:
            return text
        minutes = int(clock.offset.total_seconds()) // 60
        sign = "+" if minutes >= 0 else "-"
        return f"{text}{sign}{abs(minutes) // 60:02}{abs(minutes) % 60:02}"


_ANY = uuid.UUID(int=0)


def address_of(name: str, id_: uuid.UUID) -> str:
    """Of a page with one argument, an id."""
    before, after = _around_id(name)
    return f"{before}{id_}{after}"


@cache
def _around_id(name: str) -> tuple[str, str]:
    before, _, after = reverse(name, args=[_ANY]).partition(str(_ANY))
    return before, after
