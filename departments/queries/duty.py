"""Who is duty lead, and of which days.

A duty lead has rights over a department's day, from an hour before the marked shift to an hour
after it. A shift that passes midnight gives them for both dates.
"""

import datetime as dt
import uuid
from typing import NamedTuple

from django.db.models import Exists, OuterRef
from django.utils import timezone

from accounts.models import User
from accounts.roles import Role
from departments.models import Department, DutyMark, Employee, Shift

BEFORE = AFTER = dt.timedelta(hours=1)


class Duty(NamedTuple):
    """A shift that makes its person the duty lead of a department now."""

    department: Department
    shift: Shift

    @property
    def dates(self) -> list[dt.date]:
        """The shift's date; also the next one, when it ends after midnight."""
        last = timezone.localdate(self.shift.ends_at - dt.timedelta(microseconds=1))
        return sorted({self.shift.day.date, last})

    @property
    def begins_at(self) -> dt.datetime:
        return self.shift.starts_at - BEFORE

    @property
    def ends_at(self) -> dt.datetime:
        return self.shift.ends_at + AFTER


def duties_of(person: User, now: dt.datetime) -> list[Duty]:
    """The person's duties now, by the department's name. One who is away, or acts in another
    role than the carer's, has none."""
    if not person.acts_as(Role.CARE_WORKER):
        return []
    employed = Employee.objects.care_workers().with_access(now)
    marks = (
        DutyMark.objects.filter(
            Exists(employed.filter(person=person, department=OuterRef("shift__day__department"))),
            shift__person=person,
            shift__is_withdrawn=False,
            shift__starts_at__lte=now + BEFORE,
            shift__ends_at__gt=now - AFTER,
        )
        .select_related("department", "shift__day")
        .order_by("department__name", "shift__starts_at")
    )
    return [
        Duty(mark.department, mark.shift)
        for mark in marks
        if not any(away.start <= now < away.end for away in mark.shift.times_off)
    ]


def duty_department(
    person: User, department_id: uuid.UUID, date: dt.date, now: dt.datetime
) -> Department | None:
    """The department, if the person is now the duty lead of its day."""
    return next(
        (
            duty.department
            for duty in duties_of(person, now)
            if duty.department.pk == department_id and date in duty.dates
        ),
        None,
    )


def departments_led_on(shift_id: uuid.UUID) -> list[Department]:
    """The departments whose duty lead the shift's person is, by name."""
    marks = DutyMark.objects.filter(shift=shift_id).select_related("department")
    return [mark.department for mark in marks.order_by("department__name")]


def departments_to_mark(by: User) -> list[Department]:
    """The departments whose duty lead ``by`` may choose: those that they administer."""
    administered = Employee.objects.held_by(by, timezone.now()).administrators()
    return list(Department.objects.filter(employees__in=administered).distinct().order_by("name"))
