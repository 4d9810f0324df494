"""Who works here, what they know, and when they are away."""

import datetime as dt
from uuid import UUID, uuid4

from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import User
from database.transactions import one_transaction
from departments import errors
from departments.actions.days import absence_during
from departments.actions.rota import change_shifts, clear_name, lock_person
from departments.actions.settings import lock_department, record_change
from departments.hours import Interval
from departments.models import (
    Absence,
    Department,
    Employee,
    Qualification,
    QualificationHeld,
    Shift,
)
from departments.queries.staff import qualifications_on
from departments.seats import Reseated


@one_transaction()
def add_employee(
    *,
    department: Department,
    email: str,
    given_name: str,
    family_name: str,
    phone: str = "",
    role: str = Employee.Role.CARE_WORKER,
    valid_from: dt.date,
    valid_until: dt.date | None = None,
    by: User | None,
) -> Employee:
    """Invite somebody by e-mail. One who is known already keeps their own name and phone:
    a person may work in two departments.
    """
    person = User.objects.filter(email__iexact=email).first()
    if person is None:
        person = User.objects.create_user(
            email, given_name=given_name, family_name=family_name, phone=phone
        )
    lock_person(person)
    if Employee.objects.filter(department=department, person=person, role=role).exists():
        raise errors.AlreadyEmployed
    employee = Employee.objects.create(
        department=department,
        person=person,
        role=role,
        valid_from=valid_from,
        valid_until=valid_until,
    )
    record_change(
        department,
        "add_employee",
        after={"employee": employee.pk, "role": role, "from": valid_from, "until": valid_until},
        by=by,
    )
    return employee


@one_transaction()
def change_employment(
    *,
    employee: Employee,
    valid_from: dt.date,
    valid_until: dt.date | None,
    by: User | None,
) -> Reseated:
    """Change from and until when somebody works here. Shifts outside lose their name.

    A department is never left without an administrator.
    """
    lock_person(employee.person)
    lock_department(employee.department)
    _check_administered(employee, valid_from, valid_until)
    record_change(
        employee.department,
        "change_employment",
        before={
            "employee": employee.pk,
            "from": employee.valid_from,
            "until": employee.valid_until,
        },
        after={"employee": employee.pk, "from": valid_from, "until": valid_until},
        by=by,
    )
    Employee.objects.filter(pk=employee.pk).update(valid_from=valid_from, valid_until=valid_until)
    if employee.role != Employee.Role.CARE_WORKER:
        return Reseated()

    def unname(shift: Shift) -> bool:
        date = shift.day.date
        if shift.person_id != employee.person_id or (
            valid_from <= date and (valid_until is None or date <= valid_until)
        ):
            return False
        clear_name(shift)
        return True

    its_shifts = _coming_shifts(employee.person).filter(day__department=employee.department)
    return change_shifts(its_shifts, unname, by=by)


@one_transaction()
def give_qualification(
    *,
    person: User,
    qualification: Qualification,
    valid_from: dt.date,
    valid_until: dt.date | None = None,
    by: User | None,
) -> Reseated:
    """Say that a person knows something, also again with another last day."""
    lock_person(person)
    QualificationHeld.objects.update_or_create(
        person=person,
        qualification=qualification,
        valid_from=valid_from,
        defaults={"valid_until": valid_until},
    )
    return _take_snapshots(person, by)


@one_transaction()
def take_qualification(*, held: QualificationHeld, by: User | None) -> Reseated:
    lock_person(held.person)
    person = held.person
    held.delete()
    return _take_snapshots(person, by)


@one_transaction()
def report_absence(
    *, person: User, kind: str, period: Interval, key: UUID | None = None, by: User | None
) -> tuple[Absence, Reseated]:
    """A person is away: their shifts then, in every department, are withdrawn.

    A withdrawn shift stays, filled by nobody, until somebody else's name is put on it.
    Shifts that are over are left alone, so an absence may be told of afterwards.
    ``key`` is the id that the form was drawn with: sending it twice makes one absence.
    """
    lock_person(person)
    absence, is_new = Absence.objects.get_or_create(
        pk=key or uuid4(),
        person=person,
        defaults={
            "kind": kind,
            "starts_at": period.start,
            "ends_at": period.end,
            "recorded_by": by,
        },
    )
    if not is_new:
        return absence, Reseated()

    def withdraw(shift: Shift) -> bool:
        if shift.person_id != person.pk or shift.is_withdrawn:
            return False
        if not period.overlaps(shift.period):
            return False
        shift.withdrawn_by = absence
        return True

    return absence, change_shifts(_shifts_near(person, period), withdraw, by=by)


@one_transaction()
def end_absence(*, absence: Absence, ends_at: dt.datetime, by: User | None) -> Reseated:
    """The person is back from ``ends_at``, or was never away when that is the start or
    before it. Shifts come back to those whose place nobody took.
    """
    lock_person(absence.person)
    if ends_at >= absence.ends_at:
        return Reseated()
    period = Interval(absence.starts_at, absence.ends_at)
    still_away = Interval(absence.starts_at, ends_at) if ends_at > absence.starts_at else None

    def come_back(shift: Shift) -> bool:
        if shift.withdrawn_by_id != absence.pk:
            return False
        if still_away is not None and still_away.overlaps(shift.period):
            return False
        shift.withdrawn_by = absence_during(absence.person_id, shift.period, besides=absence)
        return True

    reseated = change_shifts(_shifts_near(absence.person, period), come_back, by=by)
    if still_away is None:
        absence.delete()
    else:
        absence.ends_at = ends_at
        absence.save(update_fields=["ends_at"])
    return reseated


def _check_administered(
    employee: Employee, valid_from: dt.date, valid_until: dt.date | None
) -> None:
    if employee.role != Employee.Role.ADMINISTRATOR:
        return
    others = Employee.objects.administrators().filter(department=employee.department)
    others = others.exclude(pk=employee.pk)
    today = timezone.localdate()
    gone_from = today if valid_from > today else valid_until and valid_until + dt.timedelta(days=1)
    if gone_from and not others.active(gone_from).exists():
        raise errors.LastAdministrator


def _take_snapshots(person: User, by: User | None) -> Reseated:
    """Shifts to come carry what their person knows on that date."""

    def learn(shift: Shift) -> bool:
        known = qualifications_on(shift.day.date, [person.pk])[person.pk]
        if shift.person_id != person.pk or shift.qualification_ids == known:
            return False
        shift.qualification_ids = known
        return True

    return change_shifts(_coming_shifts(person), learn, by=by)


def _coming_shifts(person: User) -> QuerySet[Shift]:
    return Shift.objects.filter(person=person, ends_at__gt=timezone.now())


def _shifts_near(person: User, period: Interval) -> QuerySet[Shift]:
    """With a day to spare on both sides: hours may have moved before the Day is locked."""
    day = dt.timedelta(days=1)
    return Shift.objects.filter(
        person=person, starts_at__lt=period.end + day, ends_at__gt=period.start - day
    )
