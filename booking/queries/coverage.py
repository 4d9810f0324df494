"""The suggestion for a day on which visits lack a seat (``booking.seating.coverage``)."""

import datetime as dt
import hashlib
import uuid
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field

from django.db.models import Func

from accounts.models import Change
from booking import outcomes
from booking.models import Booking, CoverageAct, Visit
from booking.queries.day_seatings import needs_of, seat_of
from booking.queries.grants import kinds_of_bookings
from booking.seating.coverage import FREE, SET, WINDOW, Placed, cover
from booking.seating.values import Visit as SeatedVisit
from departments.models import Day, KindOfTime, Shift
from departments.queries.days import shift_facts

MET_WITHIN = dt.timedelta(days=28)
LOST_WITHIN = dt.timedelta(days=180)
KINDS = {KindOfTime.SET: SET, KindOfTime.WINDOW: WINDOW, KindOfTime.FREE: FREE}


@dataclass(frozen=True)
class Given:
    """A visit and the shift that it gets. ``is_move``: it had another one."""

    visit: Visit
    shift: Shift
    is_move: bool = False
    is_known: bool = False


@dataclass(frozen=True)
class Suggestion:
    """``lost`` are free visits that are cancelled; ``left`` set and window visits that nobody
    at work can take."""

    given: list[Given] = field(default_factory=list)
    lost: list[Visit] = field(default_factory=list)
    left: list[Visit] = field(default_factory=list)

    @property
    def moves(self) -> list[Given]:
        return [one for one in self.given if one.is_move]

    @property
    def covered(self) -> list[Given]:
        return [one for one in self.given if not one.is_move]

    @property
    def digest(self) -> str:
        """Tells two suggestions apart."""
        lines = [f"{one.visit.pk} {one.shift.pk}" for one in self.given]
        lines += [f"lost {visit.pk}" for visit in self.lost]
        return hashlib.sha256("\n".join(sorted(lines)).encode()).hexdigest()


def seating_kinds(bookings: Collection[Booking]) -> dict[uuid.UUID, int]:
    """By the id of each booking, with its grant and service: the class of its visits."""
    return {id_: KINDS[kind] for id_, kind in kinds_of_bookings(bookings).items()}


def suggestion_for(day: Day, now: dt.datetime) -> Suggestion:
    """How to cover the day's visits that lack a seat, on shifts with a name. Visits that have
    begun or are reported stay, and so do those that a person has given to their carer."""
    shifts = {
        shift.pk: shift
        for shift in Shift.objects.filter(day=day, person__isnull=False).select_related("person")
    }
    found = Visit.objects.filter(day=day, occupied_until__gt=now).select_related(
        "booking__recipient", "booking__service", "booking__grant", "shift__person"
    )
    told = outcomes.registered().reported([visit.pk for visit in found])
    # What is kept for an agreed time keeps its seat, and is nobody's work yet.
    kept = {visit.pk for visit in found if visit.booking.status == Booking.Status.KEPT}
    visits = [
        visit
        for visit in found
        if visit.shift_id in shifts
        or (visit.shift_id is None and visit.starts_at > now and visit.pk not in told | kept)
    ]
    told_bookings = {visit.booking_id for visit in found if visit.pk in told}
    seats = [seat_of(fact) for _, fact in shift_facts([day.pk]) if fact.id in shifts]
    kinds = seating_kinds([visit.booking for visit in visits])
    met = _met(visits, now)
    fixed = {one.pk for one in visits if one.is_pinned or one.starts_at <= now} | told | kept
    where = cover(seats, _placed(day, visits, shifts, kinds, met, fixed, now))
    by_id = {visit.pk: visit for visit in visits}
    changed = {id_: seat for id_, seat in where.items() if seat != by_id[id_].shift_id}
    lost_bookings = {
        visit.booking_id
        for visit in visits
        if where[visit.pk] is None
        and kinds[visit.booking_id] == FREE
        and visit.booking_id not in told_bookings
    }
    return Suggestion(
        given=[
            Given(
                visit,
                shifts[seat],
                is_move=visit.shift_id is not None,
                is_known=shifts[seat].person_id in met[visit.booking.recipient_id],
            )
            for visit in visits
            if (seat := changed.get(visit.pk)) and visit.booking_id not in lost_bookings
        ],
        lost=[visit for visit in visits if visit.booking_id in lost_bookings],
        left=[
            visit
            for visit in visits
            if where[visit.pk] is None and visit.booking_id not in lost_bookings
        ],
    )


def _placed(
    day: Day,
    visits: Collection[Visit],
    shifts: dict[uuid.UUID, Shift],
    kinds: dict[uuid.UUID, int],
    met: dict[uuid.UUID, set[uuid.UUID]],
    fixed: Collection[uuid.UUID],
    now: dt.datetime,
) -> list[Placed]:
    needs, ranks = needs_of(day.department), _lost_ranks(visits, now)
    return [
        Placed(
            SeatedVisit(
                visit.pk,
                int(visit.starts_at.timestamp()),
                int(visit.ends_at.timestamp()),
                int(visit.occupied_until.timestamp()),
                needs.get(visit.booking.service_id, frozenset()),
                visit.shift_id,
                visit.pk in fixed,
            ),
            kinds[visit.booking_id],
            ranks.get(visit.booking.recipient_id, 0),
            frozenset(
                pk
                for pk, shift in shifts.items()
                if shift.person_id in met[visit.booking.recipient_id]
            ),
        )
        for visit in visits
    ]


def _met(visits: Collection[Visit], now: dt.datetime) -> dict[uuid.UUID, set[uuid.UUID]]:
    """The carers whom each recipient has met lately."""
    met: dict[uuid.UUID, set[uuid.UUID]] = defaultdict(set)
    rows = Visit.objects.filter(
        booking__recipient__in={visit.booking.recipient_id for visit in visits},
        shift__person__isnull=False,
        starts_at__range=(now - MET_WITHIN, now),
    ).values_list("booking__recipient", "shift__person")
    for recipient, person in rows:
        met[recipient].add(person)
    return met


def _lost_ranks(visits: Collection[Visit], now: dt.datetime) -> dict[uuid.UUID, int]:
    """Higher for who lost a visit later (``booking.actions.cover_day``), if that is not undone."""
    undone = CoverageAct.objects.filter(undone_at__isnull=False)
    lost = (
        Change.objects.filter(
            verb="give_up_visit",
            subject_id__in={visit.booking.recipient_id for visit in visits},
            at__gt=now - LOST_WITHIN,
        )
        .exclude(object_id__in=undone.values_list(Func("lost", function="unnest")))
        .order_by("at", "pk")
    )
    ranks: dict[uuid.UUID, int] = {}
    for number, subject_id in enumerate(lost.values_list("subject_id", flat=True), start=1):
        if subject_id is not None:
            ranks[subject_id] = number
    return ranks
