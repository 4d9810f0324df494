"""A department's employees, their qualifications and absences."""

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.models import Change, Invitation, User
from database.expressions import Alphabetical
from departments.hours import Interval
from departments.models import (
    Absence,
    Department,
    Employee,
    QualificationHeld,
    Shift,
    TimeAway,
)

RECENT_DAYS = 31  # an absence can be corrected so long after it is over

EMPLOYMENT = "employment"  # kind of invitation; its target is the Employee


def qualifications_on(
    date: dt.date, person_ids: Collection[uuid.UUID], department_id: uuid.UUID
) -> dict[uuid.UUID, list[uuid.UUID]]:
    """The ids of each person's qualifications in a department on a date, sorted."""
    held = defaultdict(set)
    rows = (
        QualificationHeld.objects.part_of(department_id)
        .filter(
            Q(valid_until__isnull=True) | Q(valid_until__gte=date),
            person__in=person_ids,
            valid_from__lte=date,
        )
        .values_list("person_id", "qualification_id")
    )
    for person_id, qualification_id in rows:
        held[person_id].add(qualification_id)
    return {person_id: sorted(held[person_id]) for person_id in person_ids}


def qualifications_held(employee: Employee) -> QuerySet[QualificationHeld]:
    """What the employee has held, holds or will hold in the department, by name."""
    return (
        QualificationHeld.objects.part_of(employee.department_id)
        .filter(person=employee.person_id)
        .select_related("qualification")
        .order_by("qualification__name", "valid_from")
    )


def care_workers(department: Department, date: dt.date) -> QuerySet[User]:
    """Users who can be named on one of the department's shifts that day."""
    employed = Employee.objects.active(date).care_workers().filter(department=department)
    return User.objects.filter(employments__in=employed).order_by(
        Alphabetical("given_name"), Alphabetical("family_name")
    )


def employees_of(department: Department, today: dt.date) -> QuerySet[Employee]:
    """Current and coming employees, by name."""
    return (
        Employee.objects.filter(
            Q(valid_until__isnull=True) | Q(valid_until__gte=today), department=department
        )
        .select_related("person")
        .order_by(Alphabetical("person__given_name"), Alphabetical("person__family_name"), "role")
    )


@dataclass(frozen=True)
class StaffListEntry:
    employee: Employee
    qualifications: list[str]
    absences: list[Absence]
    next_shift: Shift | None = None  # in the department, also one that is under way


def staff_list(department: Department, today: dt.date) -> list[StaffListEntry]:
    employees = list(employees_of(department, today))
    people = [employee.person_id for employee in employees]
    names: defaultdict[uuid.UUID, list[str]] = defaultdict(list)
    held = (
        QualificationHeld.objects.part_of(department.pk)
        .filter(
            Q(valid_until__isnull=True) | Q(valid_until__gte=today),
            person__in=people,
            valid_from__lte=today,
        )
        .order_by("qualification__name")
    )
    for person_id, name in held.values_list("person_id", "qualification__name"):
        if name not in names[person_id]:
            names[person_id].append(name)
    absences = defaultdict(list)
    for absence in Absence.objects.part_of(department.pk).filter(
        person__in=people, ends_at__gt=timezone.now()
    ):
        absences[absence.person_id].append(absence)
    next_shifts = {
        shift.person_id: shift
        for shift in Shift.objects.filter(
            day__department=department,
            person__in=people,
            is_withdrawn=False,
            ends_at__gt=timezone.now(),
        )
        .order_by("person", "starts_at")
        .distinct("person")
    }
    return [
        StaffListEntry(
            employee,
            names[employee.person_id],
            absences[employee.person_id],
            next_shifts.get(employee.person_id),
        )
        for employee in employees
    ]


def former_employees(department: Department, today: dt.date) -> QuerySet[Employee]:
    return (
        Employee.objects.filter(department=department, valid_until__lt=today)
        .select_related("person")
        .order_by("-valid_until", Alphabetical("person__given_name"))
    )


def is_invited(
    department: Department, email: str, role: str, *, besides: Employee | None = None
) -> bool:
    """Whether the department has invited the address to this role, and the employee is there.

    Only what the department entered itself: an address that others know is no answer.
    """
    employees = Employee.objects.filter(department=department, role=role)
    if besides is not None:
        employees = employees.exclude(pk=besides.pk)
    return (
        Invitation.objects.filter(
            kind=EMPLOYMENT,
            department_id=department.pk,
            address=email.lower(),
            target_id__in=employees.values("pk"),
        )
        .filter(Q(answer=Invitation.Answer.ACCEPTED) | Q(answer="", expires_at__gt=timezone.now()))
        .exists()
    )


def has_namesake(
    department: Department, name: tuple[str, str], phone: str, *, besides: uuid.UUID | None = None
) -> bool:
    """Whether the department has, or had, another employee with this name and phone."""
    namesakes = Employee.objects.filter(
        department=department,
        person__given_name__iexact=name[0],
        person__family_name__iexact=name[1],
        person__phone=phone,
    )
    if besides is not None:
        namesakes = namesakes.exclude(pk=besides)
    return namesakes.exists()


def last_invitation(employee: Employee) -> Invitation | None:
    return Invitation.objects.filter(kind=EMPLOYMENT, target_id=employee.pk).last()


def coming_shifts(department: Department, person: User) -> QuerySet[Shift]:
    """The person's shifts in the department that are not over, soonest first."""
    return Shift.objects.filter(
        day__department=department, person=person, ends_at__gt=timezone.now()
    ).order_by("starts_at")


def coming_absences(department: Department, now: dt.datetime) -> QuerySet[Absence]:
    """Current and coming absences of the department's employees, soonest first."""
    people = employees_of(department, timezone.localdate(now)).order_by().values("person")
    return (
        Absence.objects.part_of(department.pk)
        .filter(person__in=people, ends_at__gt=now)
        .select_related("person")
        .order_by("starts_at", Alphabetical("person__given_name"))
    )


def recent_absences(department: Department, now: dt.datetime) -> QuerySet[Absence]:
    """Absences of the department's employees that ended in the last 31 days, latest first."""
    people = employees_of(department, timezone.localdate(now)).order_by().values("person")
    return (
        Absence.objects.part_of(department.pk)
        .filter(
            person__in=people, ends_at__lte=now, ends_at__gt=now - dt.timedelta(days=RECENT_DAYS)
        )
        .select_related("person")
        .order_by("-ends_at", Alphabetical("person__given_name"))
    )


def coming_absences_of(employee: Employee) -> QuerySet[Absence]:
    """The employee's current and coming absences from the department."""
    return Absence.objects.part_of(employee.department_id).filter(
        person=employee.person_id, ends_at__gt=timezone.now()
    )


def absence_during(
    person_id: uuid.UUID, period: Interval, department_id: uuid.UUID
) -> Absence | None:
    """An absence of the person from the department that overlaps ``period``."""
    return (
        Absence.objects.part_of(department_id)
        .filter(person=person_id, starts_at__lt=period.end, ends_at__gt=period.start)
        .first()
    )


def taken_off(person_id: uuid.UUID) -> QuerySet[Change]:
    """When the person's name was taken off a shift, latest first. ``object_id`` is the shift."""
    return Change.objects.filter(verb="unname_shift", subject_id=person_id).order_by("-at")


def shifts_elsewhere(
    department: Department, person: User, start: dt.datetime, end: dt.datetime | None = None
) -> int:
    """How many coming shifts the person has in other departments from ``start`` to ``end``."""
    found = Shift.objects.exclude(day__department=department).filter(
        person=person, ends_at__gt=max(start, timezone.now())
    )
    return (found.filter(starts_at__lt=end) if end else found).count()


def times_away(absence_id: uuid.UUID, department: Department) -> QuerySet[TimeAway]:
    """The minutes that an absence takes out of the department's shifts, soonest first."""
    return (
        TimeAway.objects.filter(absence=absence_id, shift__day__department=department)
        .select_related("shift__person", "shift__day")
        .order_by("starts_at")
    )


def unfilled_times(shift_id: uuid.UUID) -> QuerySet[TimeAway]:
    """The times away of a shift that no replacement fills, soonest first."""
    return TimeAway.objects.filter(shift=shift_id, replacement=None).order_by("starts_at")


def absences_between(
    department: Department, start: dt.datetime, end: dt.datetime
) -> QuerySet[Absence]:
    """Absences of the department's employees that overlap [start, end)."""
    people = Employee.objects.filter(department=department).values("person")
    return (
        Absence.objects.part_of(department.pk)
        .filter(person__in=people, starts_at__lt=end, ends_at__gt=start)
        .select_related("person")
        .order_by("starts_at", Alphabetical("person__given_name"))
    )
