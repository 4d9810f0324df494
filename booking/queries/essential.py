"""Essential services that are granted and not booked, while there is still time.

Nothing is booked automatically: staff get a list, and call.
"""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import (
    Case,
    DateTimeField,
    DurationField,
    ExpressionWrapper,
    F,
    Func,
    IntegerField,
    OuterRef,
    QuerySet,
    Subquery,
    Value,
    When,
    Window,
)
from django.db.models.aggregates import Count, Sum
from django.db.models.functions import Coalesce, Extract, Mod
from django.db.models.lookups import Exact

from booking import quota
from booking.models import Booking, Grant
from booking.queries.local_time import midnight
from booking.queries.pauses import without_paused
from departments.hours import DAY
from departments.models import Department


@dataclass(frozen=True)
class Unbooked:
    """An essential grant with something left in its week or month. ``missing`` is in the
    grant's own unit; ``days_left`` counts today."""

    grant: Grant
    missing: int
    days_left: int


@dataclass(frozen=True)
class AllUnbooked:
    """The most urgent ones, and the number of all."""

    shown: Sequence[Unbooked]
    count: int


def unbooked(
    department: Department,
    on: dt.date,
    *,
    most: int,
    after: int = 0,
    granted_by: Collection[str] = tuple(Grant.Period.values),
    begins_then: bool = False,
    last: dt.date | None = None,
) -> AllUnbooked:
    """The ``most`` grants with the fewest days left, and of these the ones of which least is
    booked, in one statement; ``after`` leaves out the first ones. A grant that was not counted
    last night comes first. ``granted_by``: only grants for these periods; ``begins_then``: only
    periods that begin on the date; ``last``: only those that end on that date."""
    found = unbooked_grants(department, on, granted_by=granted_by, last=last)
    if begins_then:
        found = found.filter(since=midnight(on))
    rows = list(
        found.annotate(in_all=Window(Count("pk")))
        .select_related("recipient", "service")
        .order_by(Coalesce("slack__days", 0), F("used") * 1.0 / F("amount"), "pk")[
            after : after + most
        ]
    )
    return AllUnbooked(
        shown=[
            Unbooked(
                row,
                row.amount - row.used,
                (quota.period_under(row, on)[1] - on).days + 1,
            )
            for row in rows
        ],
        count=rows[0].in_all if rows else 0,
    )


def next_week(today: dt.date) -> tuple[dt.date, list[str]]:
    """Its first day, and the periods of grants that end before it: what is unbooked in a month
    that goes on is on the list of this week."""
    monday = quota.period_of(Grant.Period.WEEK, today)[1] + DAY
    return monday, [period for period, (_, last) in _periods(today).items() if last < monday]


def unbooked_grants(
    department: Department,
    on: dt.date,
    *,
    granted_by: Collection[str],
    last: dt.date | None = None,
) -> QuerySet[Any]:
    """The grants with something left in their week or month; ``used`` is in the grant's
    own unit, and includes what is kept for agreed times."""
    booked = (
        Booking.objects.covering()
        .filter(
            recipient=OuterRef("recipient"),
            service=OuterRef("service"),
            starts_at__gte=OuterRef("since"),
            starts_at__lt=OuterRef("until"),
        )
        .order_by()
        .values("recipient")
    )
    length = ExpressionWrapper(F("ends_at") - F("starts_at"), output_field=DurationField())
    visits = booked.annotate(number=Count("pk")).values("number")
    minutes = booked.annotate(number=Extract(Sum(length), "epoch") / 60).values("number")
    grants = (
        without_paused(Grant.objects.valid_on(on), on)
        .filter(service__department=department, is_essential=True, period__in=granted_by)
        .annotate(since=_of_period(on, 0), until=_of_period(on, 1))
    )
    if last is not None:
        grants = grants.filter(until=midnight(last + DAY))
    return grants.annotate(
        used=Coalesce(
            Case(
                When(unit=Grant.Unit.VISITS, then=Subquery(visits)),
                default=Subquery(minutes),
                output_field=IntegerField(),
            ),
            0,
        )
    ).filter(used__lt=F("amount"))


def _periods(on: dt.date) -> dict[str, tuple[dt.date, dt.date]]:
    return {period: quota.period_of(period, on) for period in Grant.Period.values}


def _of_period(on: dt.date, end: int) -> Case:
    """The instant at which the period of each grant around the date begins (0) or is over (1)."""
    cases = [
        When(weeks=1, period=period, then=_instant(days, end))
        for period, days in _periods(on).items()
    ]
    for weeks in range(2, quota.MOST_WEEKS + 1):
        for passed in range(weeks):
            start = on - (on.weekday() + 7 * passed) * DAY  # a week in which periods begin
            days = start, start + (7 * weeks - 1) * DAY
            begins = Mod(_WeekNumber("valid_from"), weeks)
            is_its = Exact(begins, Value(_week_number(start) % weeks))
            cases.append(When(is_its, weeks=weeks, then=_instant(days, end)))
    return Case(*cases, output_field=DateTimeField())


def _instant(days: quota.Period, end: int) -> Value:
    return Value(midnight(days[1] + DAY if end else days[0]))


_MONDAY = dt.date(1990, 1, 1)


class _WeekNumber(Func):
    """The number of whole weeks from a Monday before all grants; as ``_week_number``."""

    template = f"((%(expressions)s - DATE '{_MONDAY}') / 7)"
    output_field = IntegerField()


def _week_number(date: dt.date) -> int:
    return (date - _MONDAY).days // 7
