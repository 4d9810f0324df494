"""Seats of visits: re-seated automatically when shifts change, or chosen by a person."""

import uuid
from collections.abc import Collection, Iterable, Mapping

from django.utils import timezone

from accounts.actions import record_all
from accounts.changes import PERSON
from accounts.models import Change, User
from booking import errors
from booking.actions.locks import one_transaction
from booking.models import Visit
from booking.queries.day_seatings import day_seatings, needs_of
from booking.queries.grants import kinds_of_bookings
from database.versions import Stale
from departments.actions.days import bump_revision, lock_days
from departments.models import Day, KindOfTime, Shift
from departments.seats import AffectedVisit, Reseated

# Who gets a seat first, of the visits without one.
URGENCY = [KindOfTime.SET, KindOfTime.WINDOW, KindOfTime.FREE]


def reseat(
    *,
    day: Day,
    by: User | None,
    leaving: Collection[uuid.UUID] = (),
    returning: Collection[uuid.UUID] = (),
) -> Reseated:
    """Find new seats for the visits whose shift no longer takes them, and for those without a
    seat. No visit is deleted, and visits that have begun keep their seat. Shifts that are
    ``leaving`` take no visits.

    The caller holds the Day's lock and raises its revision. On a settled day such visits only
    lose their seat, and a person decides. Whoever ends an absence has decided that the carers
    of the ``returning`` shifts take what is unstaffed and fits. Of the visits without a seat,
    those whose times the municipality sets come first, then those within a window.
    """
    now = timezone.now()
    visits = {
        visit.pk: visit
        for visit in Visit.objects.filter(day=day, starts_at__gt=now).select_related(
            "booking__recipient", "booking__service", "booking__grant", "shift"
        )
    }
    if not visits:
        return Reseated()
    seating = day_seatings([day], needs_of(day.department), now=now, leaving=leaving)[day.pk]
    kinds = kinds_of_bookings([visit.booking for visit in visits.values()])
    ranks = {id_: URGENCY.index(kinds[visit.booking_id]) for id_, visit in visits.items()}
    repaired = seating.repair(returning, ranks)
    changed = {id_: seat for id_, seat in repaired.items() if id_ in visits}
    unstaffed: list[AffectedVisit] = []
    moved: list[AffectedVisit] = []
    for id_, seat in changed.items():
        visit = visits[id_]
        (moved if seat else unstaffed).append(_affected(visit, day))
    move_seats(changed)
    if unstaffed:
        _record("lose_seat", day, [visits[visit.visit_id] for visit in unstaffed], None, by)
    return Reseated(kept=len(visits) - len(changed), moved=moved, unstaffed=unstaffed)


def give(*, visit: Visit, shift: Shift, by: User, seen_shift: str | None = None) -> Visit:
    """Give the visit to this shift, as a person has decided, and pin it there.

    Other visits are moved out of its way unless the day is settled. Raises ``CannotTake`` when
    that fails, or when the shift's hours or qualifications don't allow it.

    ``seen_shift`` is the key of the shift that had the visit on the user's page, empty when it
    had none; None for callers without a page. Raises ``Stale`` when another one has it now.
    """
    with one_transaction():
        day, fresh = _lock(visit)
        if fresh.shift_id != shift.pk:  # the form may have been sent twice
            _check_seat(fresh, seen_shift)
        needs = needs_of(day.department)
        seating = day_seatings([day], needs, now=timezone.now())[day.pk]
        known = seating.visit(fresh.pk)
        given = seating.give(known, shift.pk) if known else None
        if given is None:
            raise errors.CannotTake
        others = {**given.moved, fresh.pk: shift.pk}
        move_seats(others)
        Visit.objects.filter(pk=fresh.pk).update(is_pinned=True)
        bump_revision(day)
        if fresh.shift_id != shift.pk:
            _record("give", day, [fresh], shift, by)
        fresh.shift_id, fresh.is_pinned = shift.pk, True
        return fresh


def take_off(*, visit: Visit, by: User, seen_shift: str | None = None) -> Visit:
    """Take the visit off its shift, as a person has decided. It becomes unstaffed.

    Raises ``Stale`` as ``give`` does.
    """
    with one_transaction():
        day, fresh = _lock(visit)
        if fresh.shift_id is not None or fresh.is_pinned:
            _check_seat(fresh, seen_shift)
            _record("take_off", day, [fresh], None, by)
            fresh.shift, fresh.is_pinned = None, False
            fresh.save(update_fields=["shift", "is_pinned"])
            bump_revision(day)
        return fresh


def record_given(day: Day, visit: Visit, shift: Shift | None, by: User) -> None:
    """Record that the visit goes to the shift's carer, or to nobody, as a person has decided."""
    _record("give" if shift else "take_off", day, [visit], shift, by)


def _check_seat(visit: Visit, seen_shift: str | None) -> None:
    """The caller holds the Day's lock."""
    if seen_shift not in (None, str(visit.shift_id or "")):
        raise Stale


def move_seats(changed: Mapping[uuid.UUID, uuid.UUID | None]) -> None:
    """Change the seats of visits and unpin them. One UPDATE, so that two visits may swap."""
    if not changed:
        return
    Visit.objects.bulk_update(
        [Visit(pk=id_, shift_id=seat, is_pinned=False) for id_, seat in changed.items()],
        ["shift", "is_pinned"],
    )


def _lock(visit: Visit) -> tuple[Day, Visit]:
    """Lock the visit's Day, then read the visit again."""
    (day,) = lock_days([(visit.day.department_id, visit.day.date)])
    return day, Visit.objects.select_related("booking__service", "shift").get(pk=visit.pk)


def _record(
    verb: str, day: Day, visits: Iterable[Visit], shift: Shift | None, by: User | None
) -> None:
    """Record that the visits go from their carers to the shift's, or to nobody."""
    record_all(
        Change(
            actor=by,
            verb=verb,
            department_id=day.department_id,
            subject_id=visit.booking.recipient_id,
            object_type=visit._meta.label_lower,
            object_id=visit.pk,
            before={PERSON: visit.shift.person_id if visit.shift else None},
            after={
                PERSON: shift.person_id if shift else None,
                "name": visit.booking.service.name,
                "starts_at": visit.starts_at,
                "ends_at": visit.ends_at,
            },
        )
        for visit in visits
    )


def _affected(visit: Visit, day: Day) -> AffectedVisit:
    return AffectedVisit(
        visit_id=visit.pk,
        booking_id=visit.booking_id,
        recipient_id=visit.booking.recipient_id,
        recipient=visit.booking.recipient.full_name,
        service=visit.booking.service.name,
        starts_at=visit.starts_at,
        ends_at=visit.ends_at,
        department_id=day.department_id,
        phone=visit.booking.recipient.shown_phone,
    )
