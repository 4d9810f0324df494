"""Booking series and their coming dates."""

import datetime as dt
from dataclasses import dataclass

from django.db.models import Exists
from django.utils import timezone

from booking.models import Booking, BookingSeries, Recipient, SeriesDate
from booking.queries.entitlement import last_day
from booking.queries.patterns import running_patterns
from departments.hours import WEEK
from departments.queries.days import shifts_by_day

AHEAD = 4  # dates shown beyond the horizon, so that one in a holiday can be skipped in time


@dataclass(frozen=True)
class DateOfSeries:
    """One date from today on. ``foreseen`` is why a date that is not decided yet can probably
    not be booked."""

    date: dt.date
    starts_at: dt.datetime
    decided: SeriesDate | None = None
    foreseen: SeriesDate.Why | None = None
    opens_on: dt.date | None = None

    @property
    def booking(self) -> Booking | None:
        return self.decided.booking if self.decided else None

    @property
    def is_missed(self) -> bool:
        return self._is(SeriesDate.State.MISSED)

    @property
    def is_skipped(self) -> bool:
        return self._is(SeriesDate.State.SKIPPED)

    @property
    def is_to_come(self) -> bool:
        """Not decided yet, and nothing is known to prevent it."""
        return self.decided is None and self.foreseen is None

    def _is(self, state: SeriesDate.State) -> bool:
        return self.decided is not None and self.decided.state == state


def running_series(recipient: Recipient) -> list[BookingSeries]:
    return list(
        BookingSeries.objects.running()
        .filter(recipient=recipient)
        .select_related("service__department", "recipient", "mandate__holder")
    )


def dates_to_come(series: BookingSeries, now: dt.datetime) -> list[DateOfSeries]:
    """The dates from today on: the decided ones and, while the series runs and does not wait,
    those until ``AHEAD`` weeks after the horizon."""
    today = timezone.localdate(now)
    decided = {
        one.date: one for one in series.dates.filter(date__gte=today).select_related("booking")
    }
    horizon = last_day(series.service.department, now)
    dates = sorted(decided)
    if series.ended_at is None and not series.waits(today):
        dates = [d for d in series.dates_until(horizon + AHEAD * WEEK) if d >= today]
    open_dates = [date for date in dates if date not in decided]
    foreseen = _foreseen(series, open_dates)
    return [
        DateOfSeries(
            date,
            series.starts_at(date),
            decided.get(date),
            foreseen.get(date),
            max(date - (horizon - today), today),
        )
        for date in dates
    ]


def _foreseen(series: BookingSeries, dates: list[dt.date]) -> dict[dt.date, SeriesDate.Why]:
    """Why dates can't be booked as far as is known today: no grant, or no shift at that time."""
    if not dates:
        return {}
    grants = list(series.recipient.grants.filter(service=series.service))
    pauses = list(series.recipient.pauses.standing(dates[0]))
    shifts = shifts_by_day(series.service.department, dates)
    found = {}
    for date in dates:
        starts = int(series.starts_at(date).timestamp())
        ends = starts + 60 * series.service.minutes
        if not any(grant.is_valid_on(date) for grant in grants):
            found[date] = SeriesDate.Why.NOT_GRANTED
        elif any(pause.covers(date) for pause in pauses):
            found[date] = SeriesDate.Why.PAUSED
        elif not any(fact.starts <= starts and ends <= fact.ends for fact in shifts[date]):
            found[date] = SeriesDate.Why.CLOSED
    return found


def has_running_series(recipient: Recipient) -> bool:
    """Whether visits repeat: as the recipient wants it, or as staff plan it."""
    series = BookingSeries.objects.running().filter(recipient=recipient)
    patterns = running_patterns(timezone.localdate()).filter(recipient=recipient)
    return Recipient.objects.filter(Exists(series) | Exists(patterns), pk=recipient.pk).exists()


def running_series_of(booking: Booking) -> BookingSeries | None:
    """The series that made the booking, while it runs."""
    return BookingSeries.objects.running().filter(dates__booking=booking).first()


def coming_of_series(series: BookingSeries, now: dt.datetime) -> list[Booking]:
    """The series' confirmed bookings that are not over, earliest first."""
    return list(Booking.objects.upcoming(now).filter(series_date__series=series))
