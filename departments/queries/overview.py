"""Figures for departments; no data about a person."""

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from django.db.models import Count
from django.utils import timezone

from departments import seats
from departments.models import Department, Employee, OpeningHours
from departments.queries.hours import weekly_hours_of
from departments.seats import VisitCounts
from departments.week import extent, next_date


@dataclass(frozen=True)
class DepartmentFigures:
    """One department's ordinary week and number of booked visits."""

    department: Department
    working_hours: int
    care_workers: int
    visits: VisitCounts


@dataclass(frozen=True)
class AllFigures:
    """The departments, and how things stand in all of them."""

    rows: list[DepartmentFigures]

    @property
    def today(self) -> int:
        return sum(row.visits.today for row in self.rows)

    @property
    def ahead(self) -> int:
        return sum(row.visits.ahead for row in self.rows)

    @property
    def unstaffed(self) -> int:
        return sum(row.visits.unstaffed for row in self.rows)

    @property
    def with_unstaffed(self) -> list[str]:
        return [row.department.name for row in self.rows if row.visits.unstaffed]


def department_figures(departments: Iterable[Department]) -> AllFigures:
    """The number of queries does not depend on the number of departments."""
    departments = list(departments)
    today = timezone.localdate()
    work_minutes: dict[uuid.UUID, Fraction] = defaultdict(Fraction)
    for row in OpeningHours.objects.filter(department__in=departments).prefetch_related(
        "qualifications"
    ):
        hours = weekly_hours_of(row)
        date = next_date(hours, today)
        if date is not None and date < today + dt.timedelta(weeks=row.every_n_weeks):
            minutes = extent(hours.staffing).minutes * row.staff
            work_minutes[row.department_id] += Fraction(minutes, row.every_n_weeks)
    care_workers = dict(
        Employee.objects.active(today)
        .care_workers()
        .filter(department__in=departments)
        .values_list("department")
        .annotate(Count("person", distinct=True))
    )
    visits = seats.registered().visit_counts(departments, timezone.now())
    return AllFigures(
        [
            DepartmentFigures(
                department=department,
                working_hours=round(work_minutes[department.pk] / 60),
                care_workers=care_workers.get(department.pk, 0),
                visits=visits.get(department.pk, VisitCounts()),
            )
            for department in departments
        ]
    )
