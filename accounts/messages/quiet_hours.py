"""Quiet hours: local wall time in which nobody is disturbed by what can wait."""

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

# Before the quiet hours begin: beat comes by every minute, and a queue may be long.
IN_GOOD_TIME = dt.timedelta(minutes=15)


@dataclass(frozen=True)
class QuietHours:
    """From ``begins`` until ``ends``, usually across midnight. Equal: there are none."""

    begins: dt.time
    ends: dt.time
    zone: ZoneInfo

    def end_of(self, now: dt.datetime) -> dt.datetime | None:
        """When the quiet hours that ``now`` lies in are over; None outside of them."""
        local = now.astimezone(self.zone)
        if not self._is_quiet(local.time()):
            return None
        later = self.begins > self.ends and local.time() >= self.begins
        return self._at(local.date() + dt.timedelta(days=later), self.ends)

    def reminder_at(self, wanted: dt.datetime, before: dt.datetime) -> dt.datetime:
        """When to remind of something at ``before``: as wanted, else when the quiet hours
        are over, else, if that is too late, just before they begin."""
        end = self.end_of(wanted)
        if end is None:
            return wanted
        if end < before:
            return end
        local = wanted.astimezone(self.zone)
        earlier = self.begins > self.ends and local.time() < self.ends
        began = self._at(local.date() - dt.timedelta(days=earlier), self.begins)
        return began - IN_GOOD_TIME

    def _is_quiet(self, time: dt.time) -> bool:
        if self.begins <= self.ends:
            return self.begins <= time < self.ends
        return time >= self.begins or time < self.ends

    def _at(self, date: dt.date, time: dt.time) -> dt.datetime:
        return dt.datetime.combine(date, time, tzinfo=self.zone).astimezone(dt.UTC)
