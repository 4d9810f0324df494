"""Who can take a visit, and whose name can stand on a shift."""

import datetime as dt
import uuid
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field

from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from booking.models import Visit
from booking.queries.day_seatings import day_seatings, needs_of
from booking.seating.board import DaySeating
from booking.seating.values import Refused
from departments.hours import Interval
from departments.models import Department, Qualification, Shift
from departments.queries.staff import absences, care_workers, qualifications_on
from workflow.board import Board, Card, Lane

KNOWN_WITHIN = dt.timedelta(days=28)
NIGHTS_REST = dt.timedelta(hours=11)


@dataclass(frozen=True)
class Candidate:
    """A lane that can take a visit, with what helps to choose. ``free`` is the time
    around the visit; None when it is only free once ``moves`` are made."""

    lane: Lane
    free: Interval | None
    times_met: int = 0
    moves: tuple[tuple[Card, Lane], ...] = ()

    @property
    def first_name(self) -> str:
        return self.lane.person.given_name if self.lane.person else self.lane.title


@dataclass(frozen=True)
class Choice:
    """Who can take a visit, best first; or why nobody at work can, when seating knows."""

    candidates: list[Candidate] = field(default_factory=list)
    why_nobody: Refused | None = None


def choices(department: Department, asked: Sequence[tuple[Board, Card]]) -> list[Choice]:
    """For each visit who can take it: somebody rather than a shift without a name, free
    rather than after a swap, who knows the recipient, who has the fewest visits.

    Asks the same boards as ``booking.actions.give`` does, so what is offered here can be
    done. As few statements for many visits as for one.
    """
    now = timezone.now()
    days = {board.day.pk: board.day for board, _ in asked if board.day and board.is_laid_out}
    seated = day_seatings(list(days.values()), needs_of(department), now=now)
    met = _met_lately(department, [card for _, card in asked])
    return [
        _choice(board, card, seated[board.day.pk], met)
        if board.day and board.day.pk in seated and card.visit.ends_at > now
        else Choice()
        for board, card in asked
    ]


def _choice(
    board: Board,
    card: Card,
    seated: DaySeating,
    met: Counter[tuple[uuid.UUID, uuid.UUID]],
) -> Choice:
    found = sorted(
        _candidates(board, card, seated, met),
        key=lambda one: (
            not one.lane.is_named,
            len(one.moves),
            -one.times_met,
            len(one.lane.cards),
            one.lane.title,
        ),
    )
    known = seated.visit(card.id)
    return Choice(found, None if found or known is None else seated.why_not(known))


def _candidates(
    board: Board,
    card: Card,
    seated: DaySeating,
    met: Counter[tuple[uuid.UUID, uuid.UUID]],
) -> Iterator[Candidate]:
    """The lanes that could have the visit, and who moves where to make room; not the one
    that has it, nor one whose person goes there already as the other carer."""
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
            yield Candidate(
                lane=lane,
                free=None if given.moved else lane.hole(card.period),
                times_met=met[booking.recipient_id, lane.person.pk] if lane.person else 0,
                moves=tuple((cards[pk], lanes[to]) for pk, to in given.moved.items()),
            )


def _met_lately(
    department: Department, cards: Collection[Card]
) -> Counter[tuple[uuid.UUID, uuid.UUID]]:
    """How often (recipient, person) have met in the four weeks that are past."""
    now = timezone.now()
    rows = (
        Visit.objects.filter(
            day__department=department,
            booking__recipient__in={card.visit.booking.recipient_id for card in cards},
            shift__person__isnull=False,
            starts_at__range=(now - KNOWN_WITHIN, now),
        )
        .values_list("booking__recipient", "shift__person")
        .annotate(times=Count("pk"))
    )
    return Counter({(recipient, person): times for recipient, person, times in rows})


@dataclass(frozen=True)
class Nameable:
    """A care worker for a shift. ``why_not`` is empty when the name can be put on;
    ``beyond`` are the shift's visits that ask for more than the person knows, ``near``
    the person's other working time without a night's rest between."""

    person: User
    why_not: str = ""
    beyond: tuple[Card, ...] = ()
    near: tuple[Interval, ...] = ()


def nameable(board: Board, lane: Lane) -> list[Nameable]:
    """The department's care workers that day, those who can and fit best first."""
    people = [
        person
        for person in care_workers(board.department, board.date)
        if lane.is_withdrawn or person != lane.person
    ]
    ids = [person.pk for person in people]
    knows = qualifications_on(board.date, ids)
    away = {
        absence.person_id
        for absence in absences(board.department, lane.period.start, lane.period.end)
    }
    near = defaultdict(list)
    for shift in Shift.objects.filter(
        person__in=ids,
        withdrawn_by=None,
        starts_at__lt=lane.period.end + NIGHTS_REST,
        ends_at__gt=lane.period.start - NIGHTS_REST,
    ):
        near[shift.person_id].append(shift.period)
    found = []
    for person in people:
        why_not = ""
        if person.pk in away:
            why_not = _("away")
        elif any(period.overlaps(lane.period) for period in near[person.pk]):
            why_not = _("works then")
        found.append(
            Nameable(
                person,
                why_not,
                beyond=tuple(
                    card for card in lane.cards if not card.needs <= set(knows[person.pk])
                ),
                near=tuple(near[person.pk]),
            )
        )
    return sorted(found, key=lambda one: (bool(one.why_not), len(one.beyond), len(one.near)))


def names_of_qualifications(ids: Collection[uuid.UUID]) -> list[str]:
    return list(Qualification.objects.filter(pk__in=ids).values_list("name", flat=True))
