"""Mark shifts whose person is the duty lead."""

from collections.abc import Collection
from uuid import UUID

from accounts.actions import record
from accounts.models import User
from database.transactions import one_transaction
from database.versions import check_version
from departments.actions.days import lock_days
from departments.models import Department, DutyMark, Shift
from departments.queries.duty import departments_to_mark


@one_transaction()
def mark_duty(
    *,
    shift: Shift,
    department_ids: Collection[UUID],
    with_later: bool = False,
    by: User,
    version: int | None = None,
) -> Shift:
    """Make the shift's person the duty lead of these of the departments that ``by``
    administers, and of no others of them. Marks of other departments stay.

    ``with_later``: also on the person's later shifts in the department at the same local hours,
    as far as they are laid out. Raises ``Stale``, and ``Shift.DoesNotExist`` when it is gone.
    """
    lock_days([(shift.day.department_id, shift.day.date)])
    fresh = Shift.objects.select_related("day").get(pk=shift.pk)
    administered = departments_to_mark(by)
    wanted = {one.pk: one for one in administered if one.pk in set(department_ids)}
    its_marks = DutyMark.objects.filter(department__in=administered)
    before = set(its_marks.filter(shift=fresh).values_list("department", flat=True))
    if before != set(wanted):  # the form may have been sent twice
        check_version(fresh.version, version)
        fresh.version += 1
        fresh.save(update_fields=["version"])
    for one in [fresh, *(_later(fresh) if with_later else [])]:
        _mark(one, wanted, administered, by)
    return fresh


def _mark(
    shift: Shift, wanted: dict[UUID, Department], administered: list[Department], by: User
) -> None:
    marks = DutyMark.objects.filter(shift=shift, department__in=administered)
    before = set(marks.values_list("department", flat=True))
    if before == set(wanted):
        return
    marks.exclude(department__in=wanted).delete()
    DutyMark.objects.bulk_create(
        [DutyMark(shift=shift, department=one) for pk, one in wanted.items() if pk not in before]
    )
    record(
        "mark_duty",
        by=by,
        department_id=shift.day.department_id,
        subject_id=shift.person_id,
        of=shift,
        after={
            "starts_at": shift.starts_at,
            "ends_at": shift.ends_at,
            "duty_for": [one.name for one in wanted.values()],
        },
    )


def _later(shift: Shift) -> list[Shift]:
    if shift.person_id is None:
        return []
    later = Shift.objects.select_related("day").filter(
        person=shift.person_id,
        day__department=shift.day.department_id,
        day__date__gt=shift.day.date,
    )
    return [one for one in later if one.local_hours == shift.local_hours]
