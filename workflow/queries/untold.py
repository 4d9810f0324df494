"""Visits that are over and have no report, by day; and whether a day is over."""

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from typing import NamedTuple

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from accounts.models import User
from booking.models import Visit
from departments.models import Day, Department, Shift
from departments.queries import taken_off

MAX_DAYS = 14
MAX_VISITS = 10  # of a day


@dataclass(frozen=True)
class UntoldDay:
    """A day before today with visits that have no report. ``visits`` are the first of them."""

    day: Day
    count: int
    visits: list[Visit]

    @property
    def more(self) -> int:
        return self.count - len(self.visits)


@dataclass(frozen=True)
class UntoldDays:
    """The latest such days, latest first, and the number of all days and their visits."""

    shown: list[UntoldDay]
    days: int = 0
    visits: int = 0

    @property
    def more_days(self) -> int:
        return self.days - len(self.shown)

    @property
    def more_visits(self) -> int:
        return self.visits - sum(one.count for one in self.shown)


class OwnUntoldDay(NamedTuple):
    date: dt.date
    visits: int


def untold_days(department: Department, now: dt.datetime) -> UntoldDays:
    """Unstaffed visits are included: somebody must say what happened there too."""
    untold = _untold(now).filter(day__department=department, day__date__lt=timezone.localdate(now))
    counts = list(untold.order_by("-day__date").values_list("day").annotate(Count("pk")))
    visits = defaultdict(list)
    if counts:
        shown = [day_id for day_id, _ in counts[:MAX_DAYS]]
        for visit in (
            untold.filter(day__in=shown)
            .select_related("booking__recipient", "booking__service", "shift__person", "day")
            .order_by("starts_at", "pk")
        ):
            visits[visit.day_id].append(visit)
    return UntoldDays(
        shown=[
            UntoldDay(visits[day_id][0].day, count, visits[day_id][:MAX_VISITS])
            for day_id, count in counts[:MAX_DAYS]
            if visits[day_id]
        ],
        days=len(counts),
        visits=sum(count for _, count in counts),
    )


def untold_days_of(person: User, now: dt.datetime) -> list[OwnUntoldDay]:
    """Days before today on which the person can still report visits, latest first."""
    was_on = taken_off(person.pk).filter(object_id=OuterRef("shift"), at__gt=OuterRef("starts_at"))
    rows = (
        _untold(now)
        .filter(
            Q(shift__person=person) | Exists(was_on),
            day__closed_at__isnull=True,
            day__date__lt=timezone.localdate(now),
        )
        .order_by("-day__date")
        .values_list("day__date")
        .annotate(Count("pk"))
    )
    return [OwnUntoldDay(*row) for row in rows]


def untold_on(day: Day) -> int:
    """The number of the day's visits without a report."""
    return Visit.objects.filter(day=day, report=None).count()


def is_over(day: Day, now: dt.datetime) -> bool:
    """Whether nothing can happen on the day any more: its shifts and visits have ended."""
    shifts = Shift.objects.filter(day=day)
    if day.date >= timezone.localdate(now) and not shifts.exists():
        return False
    visits = Visit.objects.filter(day=day)
    return not (shifts.filter(ends_at__gt=now).exists() or visits.filter(ends_at__gt=now).exists())


def _untold(now: dt.datetime) -> QuerySet[Visit]:
    return Visit.objects.filter(ends_at__lte=now, report=None)
