"""Who can take a visit, and who can be named on a shift."""

import datetime as dt
import uuid
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from booking.models import Visit
from booking.queries.day_seatings import day_seatings, needs_of
from booking.seating.day_seating import DaySeating
from booking.seating.values import Refused
from database.alphabet import name_key
from departments.hours import Interval
from departments.models import Department, Qualification, Shift
from departments.queries import absences_between, care_workers, qualifications_on
from workflow.board import Board, Card, Lane

MET_WITHIN = dt.timedelta(days=28)
NIGHTS_REST = dt.timedelta(hours=11)
LONG_DAY = dt.timedelta(hours=10)  # longer ones are named to who plans


class VisitOnBoard(NamedTuple):
    board: Board
    card: Card


class Move(NamedTuple):
    """Another visit, and the lane to which it must move."""

    card: Card
    lane: Lane


@dataclass(frozen=True)
class VisitCandidate:
    """A lane that can take a visit.

    ``free`` is the lane's free time around the visit, or None when it is free only after
    ``moves``. ``times_met`` counts the person's visits to the recipient in 28 days.
    """

    lane: Lane
    free: Interval | None
    times_met: int = 0
    moves: tuple[Move, ...] = ()

    @property
    def first_name(self) -> str:
        return self.lane.person.given_name if self.lane.person else self.lane.title


@dataclass(frozen=True)
class CandidateList:
    """Who can take a visit, best first; or why nobody can, when seating knows."""

    candidates: list[VisitCandidate] = field(default_factory=list)
    why_nobody: Refused | None = None


def candidates_for(department: Department, visits: Sequence[VisitOnBoard]) -> list[CandidateList]:
    """Who can take each visit.

    Ordered by: named before unnamed shifts, free time before swaps, most visits to the
    recipient lately, fewest visits that day. Uses the same seating as
    ``booking.actions.give``, so that every candidate can be chosen. The number of queries
    does not depend on the number of visits.
    """
    now = timezone.now()
    days = {board.day.pk: board.day for board, _ in visits if board.day and board.is_laid_out}
    seated = day_seatings(list(days.values()), needs_of(department), now=now)
    met = _met_lately(department, [card for _, card in visits])
    return [
        _candidate_list(board, card, seated[board.day.pk], met)
        if board.day and board.day.pk in seated and card.visit.ends_at > now
        else CandidateList()
        for board, card in visits
    ]


def _candidate_list(
    board: Board,
    card: Card,
    seated: DaySeating,
    met: Counter[tuple[uuid.UUID, uuid.UUID]],
) -> CandidateList:
    found = sorted(
        _candidates(board, card, seated, met),
        key=lambda one: (
            not one.lane.is_named,
            len(one.moves),
            -one.times_met,
            len(one.lane.cards),
            name_key(one.lane.title),
        ),
    )
    known = seated.visit(card.id)
    return CandidateList(found, None if found or known is None else seated.why_not(known))


def _candidates(
    board: Board,
    card: Card,
    seated: DaySeating,
    met: Counter[tuple[uuid.UUID, uuid.UUID]],
) -> Iterator[VisitCandidate]:
    """The lanes that can take the visit, without those with a visit of the same booking."""
    known = seated.visit(card.id)
    if known is None:
        return
    cards = {one.id: one for one in board.cards}
    lanes = {lane.id: lane for lane in board.lanes}
    booking = card.visit.booking
    for lane in board.lanes:
        if lane.id is None or any(one.visit.booking_id == booking.pk for one in lane.cards):
            continue
        given = seated.give(known, lane.id)
        if given is not None:
            yield VisitCandidate(
                lane=lane,
                free=None if given.moved else lane.free_time_around(card.period),
                times_met=met[booking.recipient_id, lane.person.pk] if lane.person else 0,
                moves=tuple(Move(cards[pk], lanes[to]) for pk, to in given.moved.items()),
            )


def _met_lately(
    department: Department, cards: Collection[Card]
) -> Counter[tuple[uuid.UUID, uuid.UUID]]:
    """How often (recipient, person) have met in the past four weeks."""
    now = timezone.now()
    rows = (
        Visit.objects.filter(
            day__department=department,
            booking__recipient__in={card.visit.booking.recipient_id for card in cards},
            shift__person__isnull=False,
            starts_at__range=(now - MET_WITHIN, now),
        )
        .values_list("booking__recipient", "shift__person")
        .annotate(times=Count("pk"))
    )
    return Counter({(recipient, person): times for recipient, person, times in rows})


@dataclass(frozen=True)
class ShiftCandidate:
    """A care worker for a shift.

    ``why_not`` is empty when the person can be named. ``unqualified_for`` are the shift's
    visits that need other qualifications, ``nearby_shifts`` the person's other shifts
    without a night's rest between. ``away`` are absences around the shift, and ``long_day`` is
    the day from the first of their shifts to the last, when it is longer than ``LONG_DAY``.
    """

    person: User
    why_not: str = ""
    unqualified_for: tuple[Card, ...] = ()
    nearby_shifts: tuple[Interval, ...] = ()
    away: tuple[Interval, ...] = ()
    long_day: Interval | None = None


def shift_candidates(
    board: Board, lane: Lane, period: Interval | None = None
) -> list[ShiftCandidate]:
    """The department's care workers that day, best first. With ``period``, for those minutes
    of the shift that its person is away."""
    cards = [card for card in lane.cards if period is None or card.period.overlaps(period)]
    is_left = lane.is_withdrawn and period is None
    period = period or lane.period
    people = [
        person
        for person in care_workers(board.department, board.date)
        if is_left or person != lane.person
    ]
    ids = [person.pk for person in people]
    qualifications = qualifications_on(board.date, ids, board.department.pk)
    away = defaultdict(list)
    for absence in absences_between(
        board.department, period.start - NIGHTS_REST, period.end + NIGHTS_REST
    ):
        away[absence.person_id].append(Interval(absence.starts_at, absence.ends_at))
    nearby = defaultdict(list)
    for shift in Shift.objects.filter(
        person__in=ids,
        is_withdrawn=False,
        starts_at__lt=period.end + NIGHTS_REST,
        ends_at__gt=period.start - NIGHTS_REST,
    ):
        nearby[shift.person_id].append(shift.period)
    found = []
    for person in people:
        why_not = ""
        if any(absence.overlaps(period) for absence in away[person.pk]):
            why_not = _("away")
        elif any(other.overlaps(period) for other in nearby[person.pk]):
            why_not = _("works then")
        found.append(
            ShiftCandidate(
                person,
                why_not,
                unqualified_for=tuple(
                    card for card in cards if not card.needs <= set(qualifications[person.pk])
                ),
                nearby_shifts=tuple(nearby[person.pk]),
                away=tuple(away[person.pk]),
                long_day=_long_day(period, nearby[person.pk]),
            )
        )
    return sorted(
        found,
        key=lambda one: (
            bool(one.why_not),
            len(one.unqualified_for),
            len(one.away),
            len(one.nearby_shifts),
        ),
    )


def _long_day(period: Interval, others: Collection[Interval]) -> Interval | None:
    """From the first start to the last end of the shifts of the period's date."""
    date = timezone.localdate(period.start)
    day = [period, *(one for one in others if timezone.localdate(one.start) == date)]
    whole = Interval(min(one.start for one in day), max(one.end for one in day))
    return whole if whole.duration > LONG_DAY else None


def qualification_names(ids: Collection[uuid.UUID]) -> list[str]:
    return list(Qualification.objects.filter(pk__in=ids).values_list("name", flat=True))
