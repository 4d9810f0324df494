"""The list of days to choose from, on the calendar and on the page that moves a visit."""

import datetime as dt
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any

from booking.calendar.reasons import Kind, obstacle_of
from booking.calendar.timetable import Row, by_week
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
    return [WeekOfDays(rows, _balance(choosing, rows)) for rows in by_week(choosing.rows)]


def _balance(choosing: Choosing, rows: Sequence[Row]) -> Balance | None:
    """Of the first day on which the grant is used up, else of the first that has a grant: a
    week may have days of two months, or begin before the grant."""
    used_up = [row.date for row in rows if row.reason is Kind.USED_UP]
    found = (choosing.balance(date) for date in [*used_up, *(row.date for row in rows)])
    return next((balance for balance in found if balance), None)


def obstacle_context(choosing: Choosing) -> dict[str, Any]:
    """What ``booking/_obstacle.html`` shows; empty when a day is free."""
    obstacle = obstacle_of(choosing.offer)
    if obstacle is None:
        return {}
    granted = (choosing.balance(row.date) for row in reversed(choosing.rows))
    last_balance = next((balance for balance in granted if balance), None)
    return {"obstacle": obstacle, "last_balance": last_balance}
