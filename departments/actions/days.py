"""The Day: locking it, raising its revision, and laying it out.

Everybody locks in one order: Recipient, person, Department, then Days by (date,
department). Whoever holds a Day takes none of the others.
"""

import datetime as dt
import uuid
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from accounts.models import User
from database.pipeline import Query, run_pipeline
from database.transactions import one_transaction
from departments import hours, seats
from departments.hours import Interval, Rules, ShiftDraft
from departments.layout import Standing, match
from departments.models import Absence, Day, Department, Shift
from departments.queries.hours import rules_of
from departments.seats import Reseated
from departments.signals import day_changed

# One text for any number of Days, so that PostgreSQL prepares it once.
_COLUMNS = [field.attname for field in Day._meta.concrete_fields]
_LOCK = f"""
SELECT {", ".join(_COLUMNS)} FROM departments_day
WHERE (department_id, date) IN (SELECT * FROM unnest(%s::uuid[], %s::date[]))
ORDER BY date, department_id FOR UPDATE
"""  # noqa: S608 -- all names are ours
# Raises the revision of a Day whose lock is held, for a verb that writes all at once.
BUMP_REVISION = "UPDATE departments_day SET revision = revision + 1 WHERE id = %s"


@dataclass(frozen=True)
class NamedShift:
    """A shift and whose it is, as a page tells of it."""

    person: str
    date: dt.date
    starts_at: dt.datetime
    ends_at: dt.datetime


@dataclass(frozen=True)
class Impact:
    """What a change of hours did to shifts and visits.

    ``named_kept`` are shifts that the hours no longer ask for, kept because they carry
    a name; ``unnamed`` lost their name because the person works elsewhere at the new
    time.
    """

    added: int = 0
    removed: int = 0
    named_removed: list[NamedShift] = field(default_factory=list)
    named_kept: list[NamedShift] = field(default_factory=list)
    unnamed: list[NamedShift] = field(default_factory=list)
    reseated: Reseated = field(default_factory=Reseated)

    def __add__(self, other: "Impact") -> "Impact":
        return Impact(
            added=self.added + other.added,
            removed=self.removed + other.removed,
            named_removed=self.named_removed + other.named_removed,
            named_kept=self.named_kept + other.named_kept,
            unnamed=self.unnamed + other.unnamed,
            reseated=self.reseated + other.reseated,
        )


def lock_days(pairs: Iterable[tuple[uuid.UUID, dt.date]]) -> list[Day]:
    """Lock (department, date) pairs, making the rows that are missing.

    Call it inside a transaction. What the lock protects must be read in a later
    statement than this one.
    """
    days, _ = lock_days_and_query(pairs)
    return days


def lock_days_and_query(
    pairs: Iterable[tuple[uuid.UUID, dt.date]], *questions: Query
) -> tuple[list[Day], list[list[tuple[Any, ...]]]]:
    """Lock them as ``lock_days`` does, and ask in the same journey what the locks protect:
    each question is a later statement than the one that locks."""
    wanted = set(pairs)
    if len(wanted) > 1:
        # Before any lock: a row made by another transaction is waited for with none held.
        _make_missing(wanted)
    locked, *answers = run_pipeline(_locking(wanted), *questions)
    if len(locked) < len(wanted):
        _make_missing(wanted)
        locked, *answers = run_pipeline(_locking(wanted), *questions)
    return [Day.from_db("default", _COLUMNS, row) for row in locked], answers


def bump_revision(day: Day) -> None:
    """Raise the revision of a Day whose lock the caller holds, and ring after commit."""
    with connection.cursor() as cursor:
        cursor.execute(BUMP_REVISION, [day.pk])
    revision_bumped(day)


def revision_bumped(day: Day) -> None:
    """What follows when ``BUMP_REVISION`` was part of another statement."""
    day.revision += 1
    transaction.on_commit(partial(day_changed.send_robust, sender=Day, day_id=day.pk), robust=True)


def ensure_laid_out(department: Department, date: dt.date) -> Day:
    """The locked Day, laid out now if it was not. Call it inside a transaction."""
    (day,) = lock_days([(department.pk, date)])
    day.department = department
    if day.laid_out_at is None:
        lay_out(day)
    return day


@one_transaction()
def lay_out_now(*, department: Department, date: dt.date) -> None:
    """Make a day's shifts before anything else needs them, so that they can get names."""
    ensure_laid_out(department, date)


def lay_out_horizon(department: Department) -> None:
    """Lay out every day that can be booked now or tomorrow, each in its own transaction."""
    dates = horizon(department)
    for date in dates:
        with transaction.atomic():
            (day,) = lock_days([(department.pk, date)])
            day.department = department
            lay_out(day)


def lay_out_again(department: Department, *, by: User | None, drop_named: bool = False) -> Impact:
    """After a change of hours: the whole horizon, and what was laid out beyond it."""
    dates = set(horizon(department))
    dates.update(
        Day.objects.filter(
            department=department, date__gt=max(dates), laid_out_at__isnull=False
        ).values_list("date", flat=True)
    )
    impact = Impact()
    days = lock_days((department.pk, date) for date in dates)
    rules = rules_of(department, dates)
    for day in days:
        day.department = department
        impact += lay_out(day, by=by, rules=rules, drop_named=drop_named)
    return impact


def horizon(department: Department) -> list[dt.date]:
    """Today and the days ahead that can be booked, and one more: the day that comes
    into reach at midnight stands ready."""
    today = timezone.localdate()
    return [today + dt.timedelta(days=n) for n in range(department.horizon_days + 2)]


def lay_out(
    day: Day,
    *,
    by: User | None = None,
    rules: Rules | None = None,
    drop_named: bool = False,
) -> Impact:
    """Make the day's shifts what the hours ask for, keeping all that can be kept.

    The caller holds the Day's lock. Shifts made by hand and shifts that have begun stay
    as they are. When staff is cut, unnamed shifts go first; a named one only with
    ``drop_named``, which a page sends after its preview has said so. Doing it twice
    changes nothing.
    """
    now = timezone.now()
    is_first = day.laid_out_at is None
    drafts = hours.lay_out(day.date, rules or rules_of(day.department, [day.date]))
    shifts = {
        shift.pk: shift
        for shift in Shift.objects.filter(day=day, is_manual=False).select_related("person")
    }
    found = match(_standing(day, shifts.values()), drafts)

    dropped, named_kept = [], []
    for standing in found.surplus:
        shift = shifts[standing.id]
        if shift.starts_at > now and (drop_named or not shift.is_named):
            dropped.append(shift)
        elif shift.is_named:
            named_kept.append(named_shift(shift))
    named_dropped = [named_shift(shift) for shift in dropped if shift.is_named]
    # They go last, when their visits have moved, but hold nobody back meanwhile.
    leaving = Shift.objects.filter(pk__in=[shift.pk for shift in dropped])
    leaving.update(person=None, withdrawn_by=None)

    changed, unnamed = 0, []
    for standing, draft in found.kept:
        shift = shifts[standing.id]
        named = named_shift(shift) if shift.is_named else None
        if shift.starts_at > now and _follow(shift, draft):
            changed += 1
            if named and not shift.is_named:
                unnamed.append(named)

    added = [
        _new_shift(day, draft) for draft in found.missing if is_first or draft.period.end > now
    ]
    Shift.objects.bulk_create(added)

    impact = Impact(
        added=len(added),
        removed=len(dropped),
        named_removed=named_dropped,
        named_kept=named_kept,
        unnamed=unnamed,
    )
    if is_first:
        day.laid_out_at = now
        day.save(update_fields=["laid_out_at"])
    elif changed or added or dropped:
        ids = [shift.pk for shift in dropped]
        impact += Impact(reseated=seats.registered().reseat(day, by=by, leaving=ids))
        leaving.delete()
    else:
        return impact
    bump_revision(day)
    return impact


def named_shift(shift: Shift) -> NamedShift:
    return NamedShift(
        person=str(shift.person),
        date=timezone.localdate(shift.starts_at),
        starts_at=shift.starts_at,
        ends_at=shift.ends_at,
    )


def absence_during(
    person_id: uuid.UUID, period: Interval, *, besides: Absence | None = None
) -> Absence | None:
    found = Absence.objects.filter(
        person=person_id, starts_at__lt=period.end, ends_at__gt=period.start
    )
    return found.exclude(pk=besides.pk).first() if besides else found.first()


def _standing(day: Day, shifts: Collection[Shift]) -> list[Standing]:
    visits = seats.registered().visits_by_shift(day) if shifts else {}
    return [
        Standing(
            id=shift.pk,
            period=shift.period,
            pause=shift.pause,
            hours_id=shift.opening_hours_id or shift.special_hours_id,
            is_named=shift.is_named,
            is_withdrawn=shift.is_withdrawn,
            visits=visits.get(shift.pk, ()),
        )
        for shift in shifts
    ]


def _fields(draft: ShiftDraft) -> dict[str, Any]:
    return {
        "starts_at": draft.period.start,
        "ends_at": draft.period.end,
        "break_starts_at": draft.pause.start if draft.pause else None,
        "break_ends_at": draft.pause.end if draft.pause else None,
        "opening_hours_id": None if draft.is_special else draft.hours_id,
        "special_hours_id": draft.hours_id if draft.is_special else None,
    }


def _new_shift(day: Day, draft: ShiftDraft) -> Shift:
    return Shift(day=day, qualification_ids=sorted(draft.qualification_ids), **_fields(draft))


def _follow(shift: Shift, draft: ShiftDraft) -> bool:
    """Give a kept shift its draft's hours, in place; whether anything changed.

    A name stays, unless its person works elsewhere at the new time.
    """
    new = _fields(draft)
    if not shift.is_named:
        new["qualification_ids"] = sorted(draft.qualification_ids)
    changed = {name: value for name, value in new.items() if getattr(shift, name) != value}
    if not changed:
        return False
    for name, value in changed.items():
        setattr(shift, name, value)
    if shift.person_id is not None:
        shift.withdrawn_by = absence_during(shift.person_id, draft.period)
    try:
        with transaction.atomic():
            shift.save()
    except IntegrityError:
        if not shift.is_named:
            raise
        shift.person = None
        shift.withdrawn_by = None
        shift.qualification_ids = sorted(draft.qualification_ids)
        shift.save()
    return True


def _locking(pairs: Collection[tuple[uuid.UUID, dt.date]]) -> Query:
    return Query(_LOCK, [[pair[0] for pair in pairs], [pair[1] for pair in pairs]])


def _make_missing(pairs: Collection[tuple[uuid.UUID, dt.date]]) -> None:
    dates = {date for _, date in pairs}
    known = set(
        Day.objects.filter(
            department__in={department_id for department_id, _ in pairs}, date__in=dates
        ).values_list("department_id", "date")
    )
    missing = sorted(set(pairs) - known, key=lambda pair: (pair[1], pair[0]))
    Day.objects.bulk_create(
        [Day(department_id=department_id, date=date) for department_id, date in missing],
        ignore_conflicts=True,
    )
