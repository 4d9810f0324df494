"""Report somebody sick in the middle of a day, and put somebody else on in the same step."""

from uuid import UUID

from accounts.models import User
from database.transactions import one_transaction
from database.versions import Stale
from departments import seats
from departments.actions.days import bump_revision
from departments.actions.rota import add_shift, lock_person, name_shift
from departments.actions.staff import report_absence
from departments.hours import Interval
from departments.models import Absence, Department, Shift, TimeAway
from departments.seats import Reseated


@one_transaction()
def report_sick(
    *,
    shift: Shift,
    person: User,
    department: Department,
    period: Interval,
    replacement: User | None = None,
    key: UUID,
    by: User,
) -> Reseated:
    """Record that the shift's ``person`` is sick in ``period``. ``replacement`` gets the minutes
    of the shift that nobody fills then, and the visits that fit: whoever chooses the person has
    decided that. Visits that have begun stay with the sick one.

    Returns what the absence alone does to the visits. ``key`` is the idempotency key of
    ``report_absence``. Raises what ``report_absence``, ``add_shift`` and ``name_shift`` raise.
    """
    both = {person.pk: person, **({replacement.pk: replacement} if replacement else {})}
    for person_id in sorted(both):
        lock_person(both[person_id])
    absence, reseated = report_absence(
        person=person,
        department=department,
        kind=Absence.Kind.SICK,
        period=period,
        key=key,
        by=by,
    )
    if replacement:
        _fill(absence, shift, replacement, by)
    return reseated


def _fill(absence: Absence, shift: Shift, replacement: User, by: User) -> None:
    """Put the replacement on the minutes that the absence takes out of the shift. Nothing when
    the shift has another person by now, such as when the form is sent twice."""
    away = TimeAway.objects.filter(absence=absence, shift=shift).first()
    if away is None:
        return
    fresh = Shift.objects.select_related("day__department").get(pk=shift.pk)
    if fresh.is_withdrawn:
        name_shift(shift=fresh, person=replacement, by=by)
        filled = fresh
    elif away.replacement is None:
        filled = add_shift(
            department=fresh.day.department,
            date=fresh.day.date,
            period=away.period,
            person=replacement,
            instead_of=away,
            by=by,
        )
    elif away.replacement.person_id == replacement.pk:
        return
    else:
        raise Stale
    seats.registered().reseat(fresh.day, by=by, returning=[filled.pk])
    bump_revision(fresh.day)
