"""The list of days to choose from, on the calendar and on the page that moves a visit."""

import datetime as dt
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

from booking.calendar.offers import DayStatus
from booking.calendar.timetable import Kind, Row, by_week
from booking.choosing import Choosing
from booking.queries.entitlement import Balance
from booking.templatetags.balances import facts


@dataclass(frozen=True)
class WeekOfDays:
    """The days of one week, with what is left of the grant in it."""

    rows: tuple[Row, ...]
    balance: Balance | None

    @property
    def first(self) -> dt.date:
        return self.rows[0].date

    @property
    def facts(self) -> Hashable:
        """Every value that a list of these days shows: the fragment's cache key."""
        return self.rows, self.balance and facts(self.balance)

    @property
    def is_used_up(self) -> bool:
        """No day is free, and on some day only because the grant is used up."""
        reasons = {row.reason for row in self.rows if not row.free}
        return not any(row.free for row in self.rows) and Kind.USED_UP in reasons


def weeks(choosing: Choosing) -> list[WeekOfDays]:
    return [WeekOfDays(rows, choosing.balance(rows[0].date)) for rows in by_week(choosing.rows)]


def obstacle(choosing: Choosing) -> str | None:
    """Why no day can be chosen; None when a day is free."""
    if any(row.free for row in choosing.rows):
        return None
    if any(day.status is DayStatus.NOT_OPEN for day in choosing.offer):
        return "not_open"
    reasons = {row.reason for row in choosing.rows}
    for kind in (Kind.USED_UP, Kind.BUSY, Kind.NOT_GRANTED):
        if kind in reasons:
            return kind
    return "closed" if reasons <= {Kind.CLOSED} else Kind.BUSY


def obstacle_context(choosing: Choosing) -> dict[str, Any]:
    """What ``booking/_obstacle.html`` shows; empty when a day is free."""
    why = obstacle(choosing)
    if why is None:
        return {}
    return {"obstacle": why, "last_balance": choosing.balance(choosing.last_day)}
