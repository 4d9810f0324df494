"""Own plans: on which dates they are, and which of them meet a time."""

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from departments.hours import DAY, monday


@dataclass(frozen=True)
class PlanTime:
    """One time of a plan. The title is empty when the recipient's file was read without."""

    starts_at: dt.datetime
    ends_at: dt.datetime
    title: str = ""

    def meets(self, starts_at: dt.datetime, ends_at: dt.datetime) -> bool:
        return self.starts_at < ends_at and starts_at < self.ends_at


@dataclass(frozen=True)
class PlanDates:
    """The dates of a plan: ``first_day`` alone when ``every`` is 0, else these ISO weekdays of
    every so many weeks from the week of ``first_day``, not before that day."""

    first_day: dt.date
    weekdays: Sequence[int] = ()
    every: int = 0

    def between(self, first: dt.date, last: dt.date) -> Iterator[dt.date]:
        """In order, both days included."""
        if not self.every:
            if first <= self.first_day <= last:
                yield self.first_day
            return
        date, week = max(first, self.first_day), monday(self.first_day)
        while date <= last:
            weeks = (monday(date) - week).days // 7
            if weeks % self.every == 0 and date.isoweekday() in self.weekdays:
                yield date
            date += DAY


def first_meeting(
    times: Iterable[PlanTime], starts_at: dt.datetime, ends_at: dt.datetime
) -> PlanTime | None:
    """The first of these that meets the time; None when none does."""
    return next((time for time in times if time.meets(starts_at, ends_at)), None)
