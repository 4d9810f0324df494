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
    IntegerField,
    OuterRef,
    QuerySet,
    Subquery,
    Value,
    When,
    Window,
)
from django.db.models.aggregates import Count, Sum
from django.db.models.functions import Coalesce, Extract

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
) -> AllUnbooked:
    """The ``most`` grants with the fewest days left, and of these the ones of which least is
    booked, in one statement; ``after`` leaves out the first ones. A grant that was not counted
    last night comes first. ``granted_by``: only grants for these periods."""
    periods = _periods(on)
    rows = list(
        unbooked_grants(department, on, granted_by=granted_by)
        .annotate(in_all=Window(Count("pk")))
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
                (periods[row.period][1] - on).days + 1,
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
    department: Department, on: dt.date, *, granted_by: Collection[str]
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
    periods = _periods(on)
    return (
        without_paused(Grant.objects.valid_on(on), on)
        .filter(service__department=department, is_essential=True, period__in=granted_by)
        .annotate(
            since=_by_period({name: first for name, (first, _) in periods.items()}),
            until=_by_period({name: last + DAY for name, (_, last) in periods.items()}),
        )
        .annotate(
            used=Coalesce(
                Case(
                    When(unit=Grant.Unit.VISITS, then=Subquery(visits)),
                    default=Subquery(minutes),
                    output_field=IntegerField(),
                ),
                0,
            )
        )
        .filter(used__lt=F("amount"))
    )


def _periods(on: dt.date) -> dict[str, tuple[dt.date, dt.date]]:
    return {period: quota.period_of(period, on) for period in Grant.Period.values}


def _by_period(dates: dict[str, dt.date]) -> Case:
    """The instant at which the local day of each period begins."""
    return Case(
        *(When(period=period, then=Value(midnight(date))) for period, date in dates.items()),
        output_field=DateTimeField(),
    )
