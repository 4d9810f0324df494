"""Change employees, their qualifications and absences.

``version`` is the version that the user's page showed of what is changed: the employment,
the absence or, for qualifications, the person. It is None for callers without a page. When
the version is another, the action raises ``Stale``.
"""

import datetime as dt
from typing import Any
from uuid import UUID, uuid4

from django.db.models import QuerySet
from django.utils import timezone

from accounts.actions import (
    change_address,
    invite,
    record,
    record_all,
    rename,
    was_made_by,
)
from accounts.models import Change, Message, User
from database.transactions import one_transaction
from database.versions import check_version
from departments import errors
from departments.actions.rota import change_shifts, clear_name, lock_person, qualifications_of
from departments.actions.settings import lock_department, record_change
from departments.actions.times_away import follow_absences
from departments.hours import Interval
from departments.models import (
    Absence,
    Department,
    Employee,
    Qualification,
    QualificationHeld,
    Shift,
)
from departments.queries.staff import (
    EMPLOYMENT,
    is_invited,
)
from departments.records import of_shift
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
    key: UUID | None = None,
    by: User | None,
) -> Employee:
    """Add an employee, and invite the owner of the address to be the person.

    The employee gets a user without log-in, whether the address is known or not: shifts can
    have the name at once, and nothing of an existing user is opened before they accept
    (``departments.actions.join``). ``key`` is the form's idempotency key and becomes the
    employee's id. Raises ``KeyReused``, ``AlreadyEmployed`` when the department has invited the
    address to this role before, and ``TooManyInvitations``.
    """
    lock_department(department)
    earlier = Employee.objects.select_related("person").filter(pk=key).first() if key else None
    if earlier is not None:
        if not _is_same_form(earlier, department, email, (given_name, family_name), role, by):
            raise errors.KeyReused
        return earlier
    if is_invited(department, email, role):
        raise errors.AlreadyEmployed
    person = User.objects.create_user(
        None, given_name=given_name, family_name=family_name, phone=phone
    )
    employee = employ(
        department=department,
        person=person,
        role=role,
        valid_from=valid_from,
        valid_until=valid_until,
        key=key,
        by=by,
    )
    invite(
        kind=EMPLOYMENT, address=email, target_id=employee.pk, department_id=department.pk, by=by
    )
    return employee


def _is_same_form(
    employee: Employee,
    department: Department,
    email: str,
    name: tuple[str, str],
    role: str,
    by: User | None,
) -> bool:
    """Whether the user has added the employee with the same words."""
    person = employee.person
    return (
        was_made_by("add_employee", employee.pk, by=by, department_id=department.pk)
        and (person.given_name, person.family_name, employee.role) == (*name, role)
        and is_invited(department, email, role)
    )


@one_transaction()
def invite_again(*, employee: Employee, email: str, key: UUID | None = None, by: User) -> None:
    """Invite the owner of an address, in place of the invitations made before. ``key`` is the
    form's idempotency key.

    Raises ``HasLogIn`` when the employee has accepted one, ``AlreadyEmployed`` when the address
    was invited as another employee in the same role, and ``TooManyInvitations``.
    """
    lock_person(employee.person)
    if User.objects.get(pk=employee.person_id).email is not None:
        raise errors.HasLogIn
    if is_invited(employee.department, email, employee.role, besides=employee):
        raise errors.AlreadyEmployed
    invite(
        kind=EMPLOYMENT,
        address=email,
        target_id=employee.pk,
        department_id=employee.department_id,
        key=key,
        by=by,
    )


@one_transaction()
def change_contact_email(
    *, employee: Employee, email: str, by: User, version: int | None = None
) -> None:
    """Send the messages of an employee without a log-in to an e-mail address; none if it is
    empty. It opens nothing, and may be somebody else's too.

    Raises ``HasLogIn``, and ``Stale`` when the person has another version than the page showed.
    """
    person = lock_person(employee.person)
    if person.email is not None:
        raise errors.HasLogIn
    if email == person.contact_email:
        return
    change_address(
        user=person,
        channel=Message.Channel.EMAIL,
        address=email,
        by=by,
        is_contact=True,
        version=version,
    )
    record(
        "change_address",
        by=by,
        department_id=employee.department_id,
        subject_id=person.pk,
        of=employee,
        after={"channel": Message.Channel.EMAIL, "is_contact": True},
    )


@one_transaction()
def employ(
    *,
    department: Department,
    person: User,
    role: str,
    valid_from: dt.date,
    valid_until: dt.date | None = None,
    key: UUID | None = None,
    by: User | None,
) -> Employee:
    """Give a user a role in the department. Raises ``AlreadyEmployed``.

    For a user who is known to be the right one: never for a typed address.
    """
    lock_person(person)
    if Employee.objects.filter(department=department, person=person, role=role).exists():
        raise errors.AlreadyEmployed
    employee = Employee.objects.create(
        pk=key or uuid4(),
        department=department,
        person=person,
        role=role,
        valid_from=valid_from,
        valid_until=valid_until,
    )
    record_change(
        department,
        "add_employee",
        subject_id=person.pk,
        of=employee,
        after={"role": role, "from": valid_from, "until": valid_until},
        by=by,
    )
    return employee


@one_transaction()
def rename_employee(
    *,
    employee: Employee,
    given_name: str,
    family_name: str,
    by: User | None,
    version: int | None = None,
) -> None:
    """Change the employee's name everywhere. The change is recorded without the names: a
    history shows people by the name they have now."""
    person = User.objects.get(pk=employee.person_id)
    if (person.given_name, person.family_name) == (given_name, family_name):
        return
    rename(user=person, given_name=given_name, family_name=family_name)
    person = lock_person(person)  # only now: copies of the name are locked before the user
    check_version(person.version, version)
    _raise_version(person)
    record(
        "rename_employee",
        by=by,
        department_id=employee.department_id,
        subject_id=person.pk,
        of=employee,
    )


@one_transaction()
def change_employment(
    *,
    employee: Employee,
    valid_from: dt.date,
    valid_until: dt.date | None,
    agency: Interval | None = None,
    by: User | None,
    version: int | None = None,
) -> Reseated:
    """Change the first and last day of an employment, and the hours of agency staff. Shifts
    outside it lose their name.

    Raises ``LastAdministrator`` rather than leave a department without one.
    """
    lock_person(employee.person)
    lock_department(employee.department)
    employee = Employee.objects.select_related("person", "department").get(pk=employee.pk)
    before = (employee.valid_from, employee.valid_until, employee.agency)
    if before == (valid_from, valid_until, agency):
        return Reseated()
    check_version(employee.version, version)
    _check_administered(employee, valid_from, valid_until)
    record_change(
        employee.department,
        "change_employment",
        subject_id=employee.person_id,
        of=employee,
        before=_employment(*before),
        after=_employment(valid_from, valid_until, agency),
        by=by,
    )
    Employee.objects.filter(pk=employee.pk).update(
        valid_from=valid_from,
        valid_until=valid_until,
        agency_from=agency and agency.start,
        agency_until=agency and agency.end,
        version=employee.version + 1,
    )
    if employee.role != Employee.Role.CARE_WORKER:
        return Reseated()
    employee.refresh_from_db()
    return _unname_shifts_outside(employee, by)


def _unname_shifts_outside(employee: Employee, by: User | None) -> Reseated:
    """Take the name off the coming shifts outside the employment."""

    def is_within(shift: Shift) -> bool:
        date, last = shift.day.date, employee.valid_until
        return (
            employee.valid_from <= date
            and (last is None or date <= last)
            and (employee.agency is None or employee.agency.contains(shift.period))
        )

    def unname(shift: Shift) -> bool:
        if shift.person_id != employee.person_id or is_within(shift):
            return False
        clear_name(shift)
        lost.append(
            of_shift(
                "unname_shift",
                shift,
                person_id=employee.person_id,
                department_id=employee.department_id,
                by=by,
            )
        )
        return True

    lost: list[Change] = []
    shifts = _coming_shifts(employee.person).filter(day__department=employee.department)
    reseated = change_shifts(shifts, unname, by=by)
    record_all(lost)
    return reseated


def _employment(
    valid_from: dt.date, valid_until: dt.date | None, agency: Interval | None
) -> dict[str, Any]:
    """For the history."""
    dates = {"from": valid_from, "until": valid_until}
    return {**dates, **_times(agency)} if agency else dates


@one_transaction()
def give_qualification(
    *,
    employee: Employee,
    qualification: Qualification,
    valid_from: dt.date,
    valid_until: dt.date | None = None,
    by: User | None,
    version: int | None = None,
) -> Reseated:
    """Record that an employee holds a qualification; the same again changes its last day.

    It counts on their shifts in the department.
    """
    department_id = employee.department_id
    person = lock_person(employee.person)
    terms: dict[str, Any] = {"qualification": qualification, "valid_from": valid_from}
    same = QualificationHeld.objects.part_of(department_id).filter(person=person, **terms)
    if same.filter(valid_until=valid_until).exists():
        return Reseated()
    check_version(person.version, version)
    reach = None if same.filter(department=None).exists() else department_id
    if not same.update(valid_until=valid_until):
        QualificationHeld.objects.create(
            person=person, department_id=department_id, **terms, valid_until=valid_until
        )
    _raise_version(person)
    held = {"name": qualification.name, "from": valid_from, "until": valid_until}
    _record("give_qualification", person, reach, by, after=held)
    return _update_qualifications(person, reach, by)


@one_transaction()
def take_qualification(
    *, held: QualificationHeld, by: User | None, version: int | None = None
) -> Reseated:
    department_id = held.department_id
    person = lock_person(held.person)
    check_version(person.version, version)
    before = {"name": held.qualification.name, "held": held.pk}
    _record("take_qualification", person, department_id, by, before=before)
    held.delete()
    _raise_version(person)
    return _update_qualifications(person, department_id, by)


@one_transaction()
def report_absence(
    *,
    person: User,
    department: Department,
    kind: str,
    period: Interval,
    key: UUID | None = None,
    by: User | None,
) -> tuple[Absence, Reseated]:
    """Record an absence and take its minutes out of the person's shifts in the department.

    The minutes stay unfilled; a shift that is away all the time, until another person is
    named on it. Shifts that are over do not change, so an absence may be reported afterwards.
    ``key`` is the form's idempotency key and becomes the id: sending the form twice makes one
    absence. Raises ``KeyReused`` when it was used by somebody else, for another person, in another
    department or for another absence.
    """
    lock_person(person)
    absence, is_new = Absence.objects.get_or_create(
        pk=key or uuid4(),
        defaults={
            "person": person,
            "department": department,
            "kind": kind,
            "starts_at": period.start,
            "ends_at": period.end,
            "recorded_by": by,
        },
    )
    made = (absence.person_id, absence.department_id, absence.recorded_by)
    is_same = made == (person.pk, department.pk, by) and (
        (absence.kind, absence.period) == (kind, period)
    )
    if not is_new and not is_same:
        raise errors.KeyReused
    if not is_new:
        return absence, Reseated()
    _record("report_absence", person, department.pk, by, of=absence, after=_times(period))
    return absence, _follow_absences(absence, period, by)


@one_transaction()
def correct_absence(
    *, absence: Absence, period: Interval, by: User | None, version: int | None = None
) -> Reseated:
    """Change the times of an absence, also of one that is over.

    Minutes that are no longer away come back to the shifts that no one else has taken. Shifts
    that are over do not change. Raises ``Absence.DoesNotExist`` when somebody has deleted it
    meanwhile.
    """
    lock_person(absence.person)
    fresh = Absence.objects.get(pk=absence.pk)
    before = fresh.period
    if before == period:
        return Reseated()
    check_version(fresh.version, version)
    fresh.starts_at, fresh.ends_at = period.start, period.end
    fresh.version += 1
    fresh.save(update_fields=["starts_at", "ends_at", "version"])
    _record(
        "correct_absence",
        absence.person,
        fresh.department_id,
        by,
        of=fresh,
        before=_times(before),
        after=_times(period),
    )
    both = Interval(min(before.start, period.start), max(before.end, period.end))
    return _follow_absences(fresh, both, by, are_returning=not period.contains(before))


@one_transaction()
def end_absence(
    *, absence: Absence, ends_at: dt.datetime, by: User | None, version: int | None = None
) -> Reseated:
    """End an absence at ``ends_at``; delete it when that is not after its start.

    The minutes come back to the shifts that no one else has taken. Raises
    ``Absence.DoesNotExist`` when somebody has deleted it meanwhile.
    """
    lock_person(absence.person)
    fresh = Absence.objects.get(pk=absence.pk)
    if ends_at == fresh.ends_at:
        return Reseated()
    check_version(fresh.version, version)
    if ends_at > fresh.ends_at:
        return Reseated()
    if ends_at > fresh.starts_at:
        return correct_absence(absence=fresh, period=Interval(fresh.starts_at, ends_at), by=by)
    period = fresh.period
    before = _times(period)
    _record("end_absence", absence.person, fresh.department_id, by, of=fresh, before=before)
    fresh.delete()
    return _follow_absences(fresh, period, by, are_returning=True)


def _record(
    verb: str, person: User, department_id: UUID | None, by: User | None, **what: Any
) -> None:
    """Record a change for the department that it concerns; without one, for each where the
    person works."""
    if department_id is not None:
        record(verb, by=by, department_id=department_id, subject_id=person.pk, **what)
        return
    department_ids = (
        person.employments.exclude(valid_until__lt=timezone.localdate())
        .order_by("department")
        .values_list("department", flat=True)
        .distinct()
    )
    for one in department_ids:
        record(verb, by=by, department_id=one, subject_id=person.pk, **what)


def _times(period: Interval) -> dict[str, dt.datetime]:
    return {"starts_at": period.start, "ends_at": period.end}


def _follow_absences(
    absence: Absence, period: Interval, by: User | None, *, are_returning: bool = False
) -> Reseated:
    """``period`` is where minutes may have changed. The absence may be deleted."""
    person = absence.person

    def follow(shift: Shift) -> bool:
        return shift.person_id == person.pk and follow_absences(shift)

    shifts = _in(absence.department_id, _shifts_near(person, period))
    return change_shifts(shifts, follow, by=by, are_returning=are_returning)


def _raise_version(person: User) -> None:
    """The caller holds the person's lock."""
    User.objects.filter(pk=person.pk).update(version=person.version + 1)


def _check_administered(
    employee: Employee, valid_from: dt.date, valid_until: dt.date | None
) -> None:
    if employee.role != Employee.Role.ADMINISTRATOR or employee.person.email is None:
        return
    others = Employee.objects.administrators().filter(
        department=employee.department, person__email__isnull=False
    )
    others = others.exclude(pk=employee.pk)
    today = timezone.localdate()
    gone_from = today if valid_from > today else valid_until and valid_until + dt.timedelta(days=1)
    if gone_from and not others.active(gone_from).exists():
        raise errors.LastAdministrator


def _update_qualifications(person: User, department_id: UUID | None, by: User | None) -> Reseated:
    """Copy the person's qualifications on each date to their coming shifts."""

    def update(shift: Shift) -> bool:
        current = qualifications_of(shift, person)
        if shift.person_id != person.pk or shift.qualification_ids == current:
            return False
        shift.qualification_ids = current
        return True

    return change_shifts(_in(department_id, _coming_shifts(person)), update, by=by)


def _in(department_id: UUID | None, shifts: QuerySet[Shift]) -> QuerySet[Shift]:
    return shifts.filter(day__department=department_id) if department_id else shifts


def _coming_shifts(person: User) -> QuerySet[Shift]:
    return Shift.objects.filter(person=person, ends_at__gt=timezone.now())


def _shifts_near(person: User, period: Interval) -> QuerySet[Shift]:
    """Shifts near the period: a day more on both sides, since hours may have changed before
    the Day is locked."""
    day = dt.timedelta(days=1)
    return Shift.objects.filter(
        person=person, starts_at__lt=period.end + day, ends_at__gt=period.start - day
    )
