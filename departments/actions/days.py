"""Lock a Day, raise its revision, and lay out its shifts.

Locks are taken in one order: Recipient, User, Department, then Days by (date, department).
Code that holds a Day's lock takes none of the others.
"""

import datetime as dt
import uuid
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Self

from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from accounts.actions import record_all
from accounts.models import User
from database.pipeline import Query, run_pipeline
from database.transactions import one_transaction
from departments import hours, seats
from departments.actions.times_away import follow_absences
from departments.hours import Rules, ShiftDraft
from departments.layout import ExistingShift, Match, match
from departments.models import Day, Department, Shift
from departments.queries.hours import rules_of
from departments.records import of_shift
from departments.seats import Reseated
from departments.signals import day_changed

# The same text for any number of Days, so that PostgreSQL prepares it once.
_COLUMNS = [field.attname for field in Day._meta.concrete_fields]
_LOCK = f"""
SELECT {", ".join(_COLUMNS)} FROM departments_day
WHERE (department_id, date) IN (SELECT * FROM unnest(%s::uuid[], %s::date[]))
ORDER BY date, department_id FOR UPDATE
"""  # noqa: S608 -- all names are ours
# For actions that write in one pipeline. The caller holds the Day's lock.
BUMP_REVISION = "UPDATE departments_day SET revision = revision + 1 WHERE id = %s"


@dataclass(frozen=True)
class NamedShift:
    """A shift and its person's name, for pages."""

    person: str
    date: dt.date
    starts_at: dt.datetime
    ends_at: dt.datetime

    @classmethod
    def of(cls, shift: Shift) -> Self:
        return cls(
            person=str(shift.person),
            date=timezone.localdate(shift.starts_at),
            starts_at=shift.starts_at,
            ends_at=shift.ends_at,
        )


@dataclass(frozen=True)
class Impact:
    """What a change of hours did to shifts and visits.

    ``named_kept`` are shifts that the hours no longer need, kept because they are named;
    ``unnamed`` lost their name because the person works elsewhere at the new time.
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
    """Lock (department, date) pairs; create rows that are missing.

    Call it inside a transaction. Read what the locks protect in a later statement.
    """
    days, _ = lock_days_and_query(pairs)
    return days


def lock_days_and_query(
    pairs: Iterable[tuple[uuid.UUID, dt.date]], *queries: Query
) -> tuple[list[Day], list[list[tuple[Any, ...]]]]:
    """Lock as ``lock_days`` does, and run ``queries`` in the same round trip.

    Each query is a later statement than the one that locks, so it sees what the lock
    protects.
    """
    wanted = set(pairs)
    if len(wanted) > 1:
        # Before any lock: the insert may wait for a row of another transaction.
        _create_missing(wanted)
    locked, *results = run_pipeline(_locking(wanted), *queries)
    if len(locked) < len(wanted):
        _create_missing(wanted)
        locked, *results = run_pipeline(_locking(wanted), *queries)
    return [Day.from_db("default", _COLUMNS, row) for row in locked], results


def bump_revision(day: Day) -> None:
    """Raise the revision of a Day whose lock the caller holds; notify after commit."""
    with connection.cursor() as cursor:
        cursor.execute(BUMP_REVISION, [day.pk])
    revision_bumped(day)


def revision_bumped(day: Day) -> None:
    """Update the instance and notify after commit, once ``BUMP_REVISION`` has run."""
    day.revision += 1
    transaction.on_commit(partial(day_changed.send_robust, sender=Day, day_id=day.pk), robust=True)


def ensure_laid_out(department: Department, date: dt.date) -> Day:
    """Lock the Day and lay it out if needed. Call it inside a transaction."""
    (day,) = lock_days([(department.pk, date)])
    day.department = department
    if day.laid_out_at is None:
        lay_out(day)
    return day


@one_transaction()
def lay_out_now(*, department: Department, date: dt.date) -> None:
    """Lay out a day beyond the horizon, so that its shifts can be named."""
    ensure_laid_out(department, date)


def lay_out_horizon(department: Department) -> None:
    """Lay out every day that can be booked now or tomorrow, one transaction each."""
    dates = horizon_dates(department)
    for date in dates:
        with transaction.atomic():
            (day,) = lock_days([(department.pk, date)])
            day.department = department
            lay_out(day)


def lay_out_again(
    department: Department,
    *,
    before: Rules | None = None,
    by: User | None,
    drop_named: bool = False,
) -> Impact:
    """Apply changed hours to the horizon and to laid-out days beyond it.

    ``before`` are the rules before the change: days on which they give the same hours are not
    changed, so that ``drop_named`` drops nothing there. Without it, all days are laid out. A
    day without hours loses its named shifts too: they would still be offered.
    """
    dates, laid_out = _dates_ahead(department)
    rules = rules_of(department, dates)
    changed = dates if before is None else hours.changed_dates(dates, before, rules)
    impact = Impact()
    for day in lock_days((department.pk, date) for date in changed | (dates - laid_out)):
        day.department = department
        drops = drop_named or not hours.hours_on(day.date, rules)
        impact += lay_out(day, by=by, rules=rules, drop_named=drops)
    return impact


def rules_ahead(department: Department) -> Rules:
    """The rules for all dates that ``lay_out_again`` may change. The caller has locked the
    department."""
    dates, _ = _dates_ahead(department)
    return rules_of(department, dates)


def _dates_ahead(department: Department) -> tuple[set[dt.date], set[dt.date]]:
    """The dates of the horizon and those laid out beyond it; and which of them are laid out."""
    horizon = set(horizon_dates(department))
    laid_out = set(
        Day.objects.filter(
            department=department, date__gte=min(horizon), laid_out_at__isnull=False
        ).values_list("date", flat=True)
    )
    return horizon | laid_out, laid_out


def horizon_dates(department: Department) -> list[dt.date]:
    """Today, the bookable days, and the day that becomes bookable at midnight."""
    today = timezone.localdate()
    return [today + dt.timedelta(days=n) for n in range(department.horizon_days + 2)]


def lay_out(
    day: Day,
    *,
    by: User | None = None,
    rules: Rules | None = None,
    drop_named: bool = False,
) -> Impact:
    """Make the day's shifts match the hours. Doing it twice changes nothing.

    The caller holds the Day's lock. Manual shifts and shifts that have begun are not
    changed. When there are too many shifts, unnamed ones are deleted first, and named ones
    only with ``drop_named``, which a page sends after its preview has said so.
    """
    now = timezone.now()
    rules = rules or rules_of(day.department, [day.date])
    drafts = hours.lay_out(day.date, rules)
    shifts = {
        shift.pk: shift
        for shift in Shift.objects.filter(day=day, is_manual=False).select_related("person")
    }
    found = match(_existing(day, shifts.values()), drafts)

    surplus = [shifts[existing.id] for existing in found.surplus]
    dropped = [
        shift for shift in surplus if shift.starts_at > now and (drop_named or not shift.is_named)
    ]
    impact = Impact(
        removed=len(dropped),
        named_removed=[NamedShift.of(shift) for shift in dropped if shift.is_named],
        named_kept=[
            NamedShift.of(shift) for shift in surplus if shift.is_named and shift not in dropped
        ],
    )
    # Deleted last, when their visits have moved; until then they must not block anybody.
    leaving = Shift.objects.filter(pk__in=[shift.pk for shift in dropped])
    leaving.update(person=None)

    names = {shift.pk: shift.person_id for shift in shifts.values() if shift.is_named}
    changed, unnamed = _update_kept(shifts, found, now)
    lost = [shift for shift in shifts.values() if shift in dropped or not shift.is_named]
    _record_lost_names(day, lost, names, by)
    is_first = day.laid_out_at is None
    added = [
        _new_shift(day, draft) for draft in found.missing if is_first or draft.period.end > now
    ]
    Shift.objects.bulk_create(added)

    impact += Impact(added=len(added), unnamed=unnamed)
    opens_or_closes = _mark(day, now, takes_bookings=not hours.is_closed(day.date, rules))
    if not is_first and (changed or added or dropped):
        ids = [shift.pk for shift in dropped]
        impact += Impact(reseated=seats.registered().reseat(day, by=by, leaving=ids))
        leaving.delete()
    elif not is_first and not opens_or_closes:
        return impact
    bump_revision(day)
    return impact


def _record_lost_names(
    day: Day, lost: Iterable[Shift], names: Mapping[uuid.UUID, uuid.UUID | None], by: User | None
) -> None:
    """Record for each person in ``names``, by shift, that they are no longer on it."""
    record_all(
        of_shift(
            "unname_shift",
            shift,
            person_id=names[shift.pk],
            department_id=day.department_id,
            by=by,
        )
        for shift in lost
        if shift.pk in names
    )


def _mark(day: Day, now: dt.datetime, *, takes_bookings: bool) -> bool:
    """Save that the day is laid out, and whether it takes bookings; returns whether that is
    new."""
    opens_or_closes = day.takes_bookings != takes_bookings
    if day.laid_out_at is None or opens_or_closes:
        day.laid_out_at = day.laid_out_at or now
        day.takes_bookings = takes_bookings
        day.save(update_fields=["laid_out_at", "takes_bookings"])
    return opens_or_closes


def _update_kept(
    shifts: Mapping[uuid.UUID, Shift], found: Match, now: dt.datetime
) -> tuple[int, list[NamedShift]]:
    """Give kept shifts their drafts' hours; the number changed, and those that lost a name."""
    changed, unnamed = 0, []
    for existing, draft in found.kept:
        shift = shifts[existing.id]
        named = NamedShift.of(shift) if shift.is_named else None
        if shift.starts_at > now and _follow(shift, draft):
            changed += 1
            if named and not shift.is_named:
                unnamed.append(named)
    return changed, unnamed


def _existing(day: Day, shifts: Collection[Shift]) -> list[ExistingShift]:
    visits = seats.registered().visits_by_shift(day) if shifts else {}
    return [
        ExistingShift(
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
    """Give a kept shift its draft's hours; return whether anything changed.

    The name is kept, unless its person works elsewhere at the new time.
    """
    new = _fields(draft)
    if not shift.is_named:
        new["qualification_ids"] = sorted(draft.qualification_ids)
    changed = {name: value for name, value in new.items() if getattr(shift, name) != value}
    if not changed:
        return False
    for name, value in changed.items():
        setattr(shift, name, value)
    follow_absences(shift)
    try:
        with transaction.atomic():
            shift.save()
    except IntegrityError:
        if not shift.is_named:
            raise
        shift.person = None
        shift.version += 1
        follow_absences(shift)
        shift.qualification_ids = sorted(draft.qualification_ids)
        shift.save()
    return True


def _locking(pairs: Collection[tuple[uuid.UUID, dt.date]]) -> Query:
    return Query(_LOCK, [[pair[0] for pair in pairs], [pair[1] for pair in pairs]])


def _create_missing(pairs: Collection[tuple[uuid.UUID, dt.date]]) -> None:
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
