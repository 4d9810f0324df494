"""Quiet hours: local time in which messages that can wait are not sent."""

import datetime as dt
from dataclasses import dataclass
from typing import Self
from zoneinfo import ZoneInfo

from django.conf import settings

# Margin before the quiet hours: beat runs every minute, and the queue may be long.
MARGIN = dt.timedelta(minutes=15)


@dataclass(frozen=True)
class QuietHours:
    """From ``begins`` until ``ends``, usually across midnight. None if both are equal."""

    begins: dt.time
    ends: dt.time
    zone: ZoneInfo

    @classmethod
    def configured(cls) -> Self:
        """The quiet hours of the settings."""
        return cls(
            dt.time(settings.QUIET_FROM),
            dt.time(settings.QUIET_UNTIL),
            ZoneInfo(settings.TIME_ZONE),
        )

    def end_of(self, now: dt.datetime) -> dt.datetime | None:
        """When the current quiet hours end; None outside of quiet hours."""
        local = now.astimezone(self.zone)
        if not self._is_quiet(local.time()):
            return None
        later = self.begins > self.ends and local.time() >= self.begins
        return self._at(local.date() + dt.timedelta(days=later), self.ends)

    def reminder_at(self, wanted: dt.datetime, before: dt.datetime) -> dt.datetime:
        """When to send a reminder of something that happens at ``before``.

        At ``wanted`` if that is not in quiet hours; otherwise when they end; if that is too
        late, just before they begin.
        """
        end = self.end_of(wanted)
        if end is None:
            return wanted
        if end < before:
            return end
        local = wanted.astimezone(self.zone)
        earlier = self.begins > self.ends and local.time() < self.ends
        began = self._at(local.date() - dt.timedelta(days=earlier), self.begins)
        return began - MARGIN

    def _is_quiet(self, time: dt.time) -> bool:
        if self.begins <= self.ends:
            return self.begins <= time < self.ends
        return time >= self.begins or time < self.ends

    def _at(self, date: dt.date, time: dt.time) -> dt.datetime:
        return dt.datetime.combine(date, time, tzinfo=self.zone).astimezone(dt.UTC)
