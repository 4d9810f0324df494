"""How much of a grant is used in one local week (Monday first) or month.

A booking is charged once, to the period of its start, however many carers it has. A visit that
was not made may not be charged: ``is_charged`` is the rule, ``Booking.uncharged_at`` its answer.
"""

import datetime as dt
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Protocol

from booking.outcomes import Outcome
from departments.hours import DAY

WEEK = "week"
VISITS = "visits"
FREE = "free"
MOST_WEEKS = 4  # in one period of a grant
Period = tuple[dt.date, dt.date]  # its first and its last day


class Terms(Protocol):
    """What says which periods a grant has. Periods of several ``weeks`` are counted from the week
    of ``valid_from``."""

    period: str
    weeks: int
    valid_from: dt.date


@dataclass(frozen=True, slots=True)
class Charge:
    """One booking that is charged to the recipient, on the local date of its start."""

    booking_id: uuid.UUID
    service_id: uuid.UUID
    date: dt.date
    minutes: int


def is_charged(
    outcome: Outcome | None,
    *,
    had_seat: bool,
    kind_of_time: str,
    charges_declined: bool,
    charges_no_contact: bool,
) -> bool:
    """Whether a booking counts in the quota. ``had_seat``: a carer was to come; it matters only
    while nothing is reported. The two settings are those of the department."""
    match outcome:
        case None:
            return had_seat
        case Outcome.DONE | Outcome.PARTLY:
            return True
        case Outcome.DECLINED:
            return charges_declined
        case Outcome.NO_CONTACT:
            # Only those who chose the time themselves could know of it as well as we did.
            return charges_no_contact and kind_of_time == FREE
        case Outcome.IN_HOSPITAL | Outcome.UNABLE:
            return False


def period_of(period: str, date: dt.date) -> Period:
    """The first and the last day of the week or month around a date."""
    if period == WEEK:
        monday = date - dt.timedelta(days=date.weekday())
        return monday, monday + 6 * DAY
    first = date.replace(day=1)
    return first, (first + 31 * DAY).replace(day=1) - DAY


def period_under(grant: Terms, date: dt.date) -> Period:
    """The first and the last day of the grant's period around a date."""
    if grant.weeks == 1:
        return period_of(grant.period, date)
    monday = date - dt.timedelta(days=date.weekday())
    start = grant.valid_from - dt.timedelta(days=grant.valid_from.weekday())
    first = monday - (monday - start).days // 7 % grant.weeks * 7 * DAY
    return first, first + (7 * grant.weeks - 1) * DAY


def whole_periods(first: dt.date, last: dt.date) -> tuple[dt.date, dt.date]:
    """The first and last day of all periods that can include one of these dates."""
    others = (MOST_WEEKS - 1) * 7 * DAY
    return (
        min(period_of(WEEK, first)[0] - others, first.replace(day=1)),
        max(period_of(WEEK, last)[1] + others, period_of("month", last)[1]),
    )


def per_year(amount: int, unit: str, period: str, weeks: int, visit_minutes: int) -> Fraction:
    """The minutes in an average year, to compare grants in different units and periods."""
    minutes = amount * (visit_minutes if unit == VISITS else 1)
    return minutes * (Fraction(365, 7 * weeks) if period == WEEK else Fraction(12))


def used(charges: Iterable[Charge], service_id: uuid.UUID, unit: str, period: Period) -> int:
    """What the charges in the period use, in the grant's unit: visits or minutes."""
    first, last = period
    return sum(
        cost(unit, charge.minutes)
        for charge in charges
        if charge.service_id == service_id and first <= charge.date <= last
    )


def cost(unit: str, minutes: int) -> int:
    return 1 if unit == VISITS else minutes
