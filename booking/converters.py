"""Times in URLs, and the URLs of pages that choose a time.

A time is written as in ``/book/<service>/2026-11-26/18.30/``; in the hour that occurs twice
in autumn it carries its UTC offset: ``02.30+0100``.
"""

import datetime as dt
import uuid
from dataclasses import dataclass

from django.urls import reverse
from django.utils import timezone


@dataclass(frozen=True)
class Clock:
    """A local time of day; ``offset`` tells the two apart when it occurs twice that day."""

    time: dt.time
    offset: dt.timedelta | None = None

    @classmethod
    def of(cls, instant: dt.datetime) -> "Clock":
        local = timezone.localtime(instant)
        is_twice = local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()
        return cls(local.time(), local.utcoffset() if is_twice else None)

    def on(self, date: dt.date) -> dt.datetime | None:
        """The instant, or None when this time does not occur on that date."""
        zone = timezone.get_current_timezone()
        for fold in (0, 1):
            local = dt.datetime.combine(date, self.time.replace(fold=fold), tzinfo=zone)
            try:
                instant = local.astimezone(dt.UTC)
            except OverflowError:
                return None  # before year 1 or after year 9999
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


@dataclass(frozen=True)
class TimeUrls:
    """URLs of the pages that choose a time for a service, or a new time for the visit
    ``moving_id``."""

    service_id: uuid.UUID
    moving_id: uuid.UUID | None = None

    @property
    def days(self) -> str:
        if self.moving_id:
            return reverse("booking:move", args=[self.moving_id])
        return f"{reverse('booking:calendar')}?service={self.service_id}"

    @property
    def submit(self) -> str:
        """Where the form that books or moves is sent."""
        if self.moving_id:
            return reverse("booking:move", args=[self.moving_id])
        return reverse("booking:book")

    def times(self, date: dt.date) -> str:
        if self.moving_id:
            return reverse("booking:move_times", args=[self.moving_id, date])
        return reverse("booking:times", args=[self.service_id, date])

    def check(self, starts_at: dt.datetime) -> str:
        date, clock = timezone.localdate(starts_at), Clock.of(starts_at)
        if self.moving_id:
            return reverse("booking:move_check", args=[self.moving_id, date, clock])
        return reverse("booking:check", args=[self.service_id, date, clock])
