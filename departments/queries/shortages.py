"""Services that nobody can book, whatever is free."""

import datetime as dt
import uuid
from collections import defaultdict

from django.db.models import Q
from django.utils import timezone

from departments import seats
from departments.hours import WEEK
from departments.models import Department, Employee, QualificationHeld
from departments.queries.days import shifts_by_day
from departments.supply import Required, Shortage, Supply, WorkTime, shortages

WEEKS = 8  # the longest that hours repeat after


def shortages_of(department: Department) -> list[Shortage]:
    """What the department lacks for the services that can be booked."""
    services = department.services.filter(is_active=True).prefetch_related("qualifications")
    needed = [
        Required(
            service.name,
            service.minutes,
            service.carers,
            tuple((one.pk, one.name) for one in service.qualifications.all()),
        )
        for service in services
    ]
    return shortages(needed, _supply_of(department)) if needed else []


def shortages_for(department: Department, required: Required) -> list[Shortage]:
    """What the department lacks for one service."""
    return shortages([required], _supply_of(department))


def grants_cut_off(service_id: uuid.UUID, *, minutes: int, before: int) -> int:
    """The number of grants that give one visit of ``before`` minutes, but none of ``minutes``."""
    today, below = timezone.localdate(), seats.registered().grants_below
    return max(0, below(service_id, minutes, today) - below(service_id, before, today))


def _supply_of(department: Department) -> Supply:
    # Read again: the rule for public holidays may have changed.
    department = Department.objects.get(pk=department.pk)
    today = timezone.localdate()
    dates = [today + dt.timedelta(days=n) for n in range((WEEKS * WEEK).days)]
    facts = [fact for day in shifts_by_day(department, dates).values() for fact in day]
    shifts = [
        WorkTime(
            fact.starts,
            fact.ends,
            None
            if fact.break_starts is None or fact.break_ends is None
            else (fact.break_starts, fact.break_ends),
        )
        for fact in facts
    ]
    held = {fact.qualification_ids for fact in facts}
    return Supply(shifts, frozenset(held | _held_by_employees(department, today)))


def _held_by_employees(department: Department, today: dt.date) -> set[frozenset[uuid.UUID]]:
    """The qualifications of each care worker, now or later."""
    is_or_comes = Q(valid_until__isnull=True) | Q(valid_until__gte=today)
    employees = Employee.objects.care_workers().filter(is_or_comes, department=department)
    held: dict[uuid.UUID, set[uuid.UUID]] = defaultdict(set)
    rows = QualificationHeld.objects.part_of(department.pk).filter(
        is_or_comes, person__in=employees.values("person")
    )
    for person_id, qualification_id in rows.values_list("person_id", "qualification_id"):
        held[person_id].add(qualification_id)
    return {frozenset(one) for one in held.values()}
