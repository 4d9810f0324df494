"""Name, add and remove shifts. Each action returns what happened to the visits.

``version`` is the shift's version that the user's page showed, None for callers without a
page. When the shift has another, the action raises ``Stale``.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts.actions import record_all, was_made_by
from accounts.models import User
from database.transactions import one_transaction
from database.versions import Stale, check_version
from departments import errors, seats
from departments.actions.days import bump_revision, ensure_laid_out, lock_days
from departments.actions.times_away import follow_absences
from departments.hours import Interval
from departments.models import Department, Employee, Shift, TimeAway
from departments.queries.staff import absence_during, qualifications_on
from departments.records import of_shift
from departments.seats import Reseated


@one_transaction()
def name_shift(
    *, shift: Shift, person: User, by: User | None, version: int | None = None
) -> Reseated:
    """Put a care worker's name on a shift, also in place of another's.

    The shift takes over the person's qualifications; visits that need others are seated
    elsewhere or left unstaffed. No minutes of the shift are away any more. Raises
    ``ShiftIsOver``, ``NotEmployed``, ``OutsideAgencyHours``, ``IsAbsent`` or ``AlreadyWorking``.
    """
    lock_person(person)
    shift = _lock(shift)
    if shift.person_id != person.pk:  # the form may have been sent twice
        check_version(shift.version, version)
    _check_employed(shift.day.department, shift.day.date, shift.period, person)
    before = shift.person_id
    shift.person = person
    shift.version += 1
    shift.qualification_ids = qualifications_of(shift, person)
    if absence_during(person.pk, shift.period, shift.day.department_id):
        raise errors.IsAbsent
    follow_absences(shift)
    _save(shift)
    if before not in (None, person.pk):
        _record("unname_shift", shift, by, person_id=before)
    if before != person.pk:
        _record("name_shift", shift, by, person_id=person.pk)
    return _reseat(shift, by)


@one_transaction()
def unname_shift(*, shift: Shift, by: User | None, version: int | None = None) -> Reseated:
    """Take the name off. An unnamed shift has only the qualifications of its hours."""
    shift = _lock(shift)
    if not shift.is_named:
        return Reseated()
    check_version(shift.version, version)
    _record("unname_shift", shift, by, person_id=shift.person_id)
    clear_name(shift)
    _save(shift)
    return _reseat(shift, by)


@one_transaction()
def add_shift(
    *,
    department: Department,
    date: dt.date,
    period: Interval,
    person: User | None = None,
    instead_of: TimeAway | None = None,
    key: UUID | None = None,
    by: User | None,
) -> Shift:
    """Add a shift by hand, also as the replacement for a time away. Laying out the day never
    removes it. ``key`` is the form's idempotency key and becomes the id. Raises ``KeyReused``,
    and ``Stale`` when somebody has filled the time away meanwhile.
    """
    if period.end <= timezone.now():
        raise errors.ShiftIsOver
    if person is not None:
        lock_person(person)
    day = ensure_laid_out(department, date)
    earlier = Shift.objects.select_related("day").filter(pk=key).first() if key else None
    if earlier is not None:
        made = (earlier.day_id, earlier.period, earlier.person)
        is_same = was_made_by("add_shift", earlier.pk, by=by, department_id=department.pk)
        if not is_same or made != (day.pk, period, person):
            raise errors.KeyReused
        return earlier
    times_away = TimeAway.objects.none()
    if instead_of is not None:
        # By shift and absence: a change of the absence in the meantime has made another row.
        times_away = TimeAway.objects.filter(
            shift=instead_of.shift_id, absence=instead_of.absence_id
        )
    if times_away.exclude(replacement=None).exists():
        raise Stale
    shift = Shift(
        pk=key or uuid4(),
        day=day,
        starts_at=period.start,
        ends_at=period.end,
        person=person,
        is_manual=True,
    )
    if person is not None:
        _check_employed(department, date, period, person)
        if absence_during(person.pk, period, department.pk):
            raise errors.IsAbsent
        shift.qualification_ids = qualifications_of(shift, person)
    _save(shift)
    times_away.update(replacement=shift)
    _record("add_shift", shift, by, person_id=shift.person_id)
    _reseat(shift, by)
    return shift


@one_transaction()
def remove_shift(*, shift: Shift, by: User | None, version: int | None = None) -> Reseated:
    """Remove a shift made by hand. Raises ``AskedForByHours`` for other shifts."""
    shift = _lock(shift)
    if not shift.is_manual:
        raise errors.AskedForByHours
    check_version(shift.version, version)
    day = shift.day
    reseated = seats.registered().reseat(day, by=by, leaving=[shift.pk])
    _record("remove_shift", shift, by, person_id=shift.person_id)
    shift.delete()
    bump_revision(day)
    return reseated


def lock_person(person: User) -> User:
    """Serialize naming and absence of one person. Lock the person before any Day."""
    return User.objects.select_for_update(no_key=True).get(pk=person.pk)


def qualifications_of(shift: Shift, person: User) -> list[UUID]:
    """The person's qualifications on the shift's date, in its department."""
    return qualifications_on(shift.day.date, [person.pk], shift.day.department_id)[person.pk]


def clear_name(shift: Shift) -> None:
    hours = shift.opening_hours or shift.special_hours
    shift.person = None
    shift.version += 1
    follow_absences(shift)
    shift.qualification_ids = (
        sorted(hours.qualifications.values_list("pk", flat=True)) if hours else []
    )


def change_shifts(
    found: QuerySet[Shift],
    change: Callable[[Shift], bool],
    *,
    by: User | None,
    are_returning: bool = False,
) -> Reseated:
    """Lock the days of ``found``, change the shifts that are not over, and reseat visits.

    ``change`` alters a fresh row and returns whether to save it. ``are_returning`` says that
    the shifts get minutes back (``departments.seats``). The caller has a transaction open and
    holds no Day's lock.
    """
    shift_ids = list(found.values_list("pk", flat=True))
    days = lock_days(found.values_list("day__department_id", "day__date"))
    shifts = defaultdict(list)
    for shift in Shift.objects.filter(pk__in=shift_ids, ends_at__gt=timezone.now()).select_related(
        "day", "opening_hours", "special_hours"
    ):
        shifts[shift.day_id].append(shift)
    reseated = Reseated()
    for day in days:
        changed = [shift for shift in shifts[day.pk] if change(shift)]
        for shift in changed:
            _save(shift)
        if changed:
            returning = [shift.pk for shift in changed] if are_returning else []
            reseated += seats.registered().reseat(day, by=by, returning=returning)
            bump_revision(day)
    return reseated


def _lock(shift: Shift) -> Shift:
    """Lock the shift's Day and return a fresh shift. Raises ``ShiftIsOver``."""
    lock_days([(shift.day.department_id, shift.day.date)])
    fresh = Shift.objects.select_related("day__department", "opening_hours", "special_hours").get(
        pk=shift.pk
    )
    if fresh.ends_at <= timezone.now():
        raise errors.ShiftIsOver
    return fresh


def _save(shift: Shift) -> None:
    try:
        with transaction.atomic():
            shift.save()
    except IntegrityError as error:
        if "no_one_in_two_shifts" in str(error):
            raise errors.AlreadyWorking from error
        raise


def _record(verb: str, shift: Shift, by: User | None, *, person_id: UUID | None) -> None:
    department_id = shift.day.department_id
    record_all([of_shift(verb, shift, person_id=person_id, department_id=department_id, by=by)])


def _reseat(shift: Shift, by: User | None) -> Reseated:
    reseated = seats.registered().reseat(shift.day, by=by)
    bump_revision(shift.day)
    return reseated


def _check_employed(department: Department, date: dt.date, period: Interval, person: User) -> None:
    employed = Employee.objects.active(date).care_workers()
    employee = employed.filter(department=department, person=person).first()
    if employee is None:
        raise errors.NotEmployed
    if employee.agency is not None and not employee.agency.contains(period):
        raise errors.OutsideAgencyHours
