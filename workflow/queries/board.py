"""A day as its administrator sees it: shifts as lanes, visits on them, unstaffed first."""

import datetime as dt
import uuid
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace

from django.db.models import Count, F
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from accounts.models import User
from booking import seating
from booking.boards import Needs, boards_of, needs_of
from booking.models import Visit
from departments import hours
from departments.hours import Interval
from departments.models import Day, Department, Qualification, Shift, SpecialDay
from departments.public_holidays import public_holiday_names
from departments.queries.hours import rules_of
from departments.queries.staff import absences, care_workers, qualifications_on
from workflow.models import DayPlan, Report

KNOWN_WITHIN = dt.timedelta(days=28)
NIGHTS_REST = dt.timedelta(hours=11)
ZERO = dt.timedelta(0)

# Parts of the day by the local hour in which a shift begins.
PARTS = (("day", 4, 12), ("evening", 12, 20), ("night", 20, 28))


@dataclass(frozen=True)
class Card:
    """One visit on the board."""

    visit: Visit
    state: str
    is_new: bool = False
    needs: frozenset[uuid.UUID] = frozenset()

    @property
    def id(self) -> uuid.UUID:
        return self.visit.pk

    @property
    def period(self) -> Interval:
        return Interval(self.visit.starts_at, self.visit.ends_at)

    @property
    def is_unstaffed(self) -> bool:
        return self.state == "open"

    @property
    def state_words(self) -> str:
        return {
            "open": _("nobody to go"),
            "plan": _("planned"),
            "now": _("under way"),
            "untold": _("over, no report yet"),
            "done": _("done"),
            "absent": _("not found at home"),
            "unable": _("we could not come"),
        }[self.state]


@dataclass(frozen=True)
class Travel:
    starts_at: dt.datetime
    ends_at: dt.datetime

    @property
    def minutes(self) -> int:
        return int((self.ends_at - self.starts_at).total_seconds() // 60)


@dataclass(frozen=True)
class Lane:
    """One shift. Without an id on a day that is not laid out yet."""

    id: uuid.UUID | None
    period: Interval
    pause: Interval | None
    title: str
    person: User | None = None
    knows: frozenset[uuid.UUID] = frozenset()
    is_withdrawn: bool = False
    is_manual: bool = False
    cards: tuple[Card, ...] = ()

    @property
    def is_named(self) -> bool:
        return self.person is not None

    @property
    def done(self) -> int:
        return sum(card.state in ("done", "absent", "unable") for card in self.cards)

    @property
    def part(self) -> str:
        hour = timezone.localtime(self.period.start).hour
        return next((name for name, first, end in PARTS if first <= hour < end), "night")

    @property
    def travels(self) -> list[Travel]:
        return [
            Travel(card.visit.ends_at, min(card.visit.occupied_until, after.visit.starts_at))
            for card, after in zip(self.cards, self.cards[1:], strict=False)
            if card.visit.occupied_until > card.visit.ends_at
            and after.visit.starts_at > card.visit.ends_at
        ]

    def hole(self, period: Interval) -> Interval:
        """The free time around a period in which the lane has nothing."""
        taken = [Interval(card.visit.starts_at, card.visit.occupied_until) for card in self.cards]
        if self.pause:
            taken.append(self.pause)
        return Interval(
            max([self.period.start, *(one.end for one in taken if one.end <= period.start)]),
            min([self.period.end, *(one.start for one in taken if one.start >= period.end)]),
        )


@dataclass(frozen=True)
class Part:
    """Shifts that begin in one part of the day, and the visits nobody has in its hours."""

    key: str
    lanes: list[Lane]
    unstaffed: list[Card] = field(default_factory=list)

    @property
    def title(self) -> str:
        return {
            "day": pgettext("part of a day", "Day"),
            "evening": pgettext("part of a day", "Evening"),
            "night": pgettext("part of a day", "Night"),
        }[self.key]

    @property
    def visits(self) -> int:
        return sum(len(lane.cards) for lane in self.lanes)

    @property
    def period(self) -> Interval:
        periods = [lane.period for lane in self.lanes]
        return Interval(min(one.start for one in periods), max(one.end for one in periods))


@dataclass(frozen=True)
class Board:
    department: Department
    date: dt.date
    lanes: list[Lane]
    unstaffed: list[Card]
    day: Day | None = None
    plan_made_at: dt.datetime | None = None
    closed_because: str = ""

    @property
    def settled_at(self) -> dt.datetime | None:
        return self.day.settled_at if self.day else None

    @property
    def is_laid_out(self) -> bool:
        return self.day is not None and self.day.laid_out_at is not None

    @property
    def is_past(self) -> bool:
        """Nothing on the day can be changed any more."""
        now = timezone.now()
        return self.date < timezone.localdate(now) and all(
            lane.period.end <= now for lane in self.lanes
        )

    @property
    def cards(self) -> list[Card]:
        return self.unstaffed + [card for lane in self.lanes for card in lane.cards]

    @property
    def unnamed_with_visits(self) -> list[Lane]:
        return [lane for lane in self.lanes if not lane.is_named and lane.cards]

    @cached_property
    def staffed_seconds(self) -> float:
        """Time at work without breaks, of everybody who is not away."""
        return sum(
            (lane.period.duration - (lane.pause.duration if lane.pause else ZERO)).total_seconds()
            for lane in self.lanes
            if not lane.is_withdrawn
        )

    @cached_property
    def used_seconds(self) -> float:
        """Time that visits take, with the travel after them."""
        return sum(
            (
                min(card.visit.occupied_until, lane.period.end) - card.visit.starts_at
            ).total_seconds()
            for lane in self.lanes
            for card in lane.cards
        )

    @property
    def free_hours(self) -> int:
        return int((self.staffed_seconds - self.used_seconds) // 3600)

    @cached_property
    def parts(self) -> list[Part]:
        lanes = defaultdict(list)
        for lane in self.lanes:
            lanes[lane.part].append(lane)
        parts = [Part(key, lanes[key]) for key, _first, _end in PARTS if lanes[key]]
        unstaffed = defaultdict(list)
        for card in self.unstaffed:
            if parts:
                best = max(parts, key=lambda part: part.period.overlap(card.period))
                unstaffed[best.key].append(card)
        return [replace(part, unstaffed=unstaffed[part.key]) for part in parts]

    def next_unstaffed(self, opened: uuid.UUID | None) -> Card | None:
        """The next visit nobody has, after the one that is opened; round and round."""
        ids = [card.id for card in self.unstaffed]
        after = ids.index(opened) + 1 if opened in ids else 0
        others = self.unstaffed[after:] + self.unstaffed[:after]
        return next((card for card in others if card.id != opened), None)

    def lane(self, shift_id: uuid.UUID) -> Lane | None:
        return next((lane for lane in self.lanes if lane.id == shift_id), None)

    def empty_lanes(self, period: Interval) -> list[Lane]:
        """Shifts over a period whose person is away, and that nobody has taken yet."""
        return [lane for lane in self.lanes if lane.is_withdrawn and lane.period.contains(period)]

    def card(self, visit_id: uuid.UUID) -> Card | None:
        return next((card for card in self.cards if card.id == visit_id), None)

    def lane_of(self, card: Card) -> Lane | None:
        shift_id = card.visit.shift_id
        return self.lane(shift_id) if shift_id else None


def board(department: Department, date: dt.date) -> Board:
    """The day with its shifts and visits; writes nothing, also when nobody laid it out."""
    found = boards(department, [date])
    return found[date]


def boards(department: Department, dates: Collection[dt.date]) -> dict[dt.date, Board]:
    """Several days, for no more queries than one."""
    days = {day.date: day for day in Day.objects.filter(department=department, date__in=dates)}
    day_ids = [day.pk for day in days.values()]
    plans = dict(DayPlan.objects.filter(day__in=day_ids).values_list("day_id", "made_at"))
    shifts = defaultdict(list)
    for shift in Shift.objects.filter(day__in=day_ids).select_related("person"):
        shifts[shift.day_id].append(shift)
    cards = _cards(day_ids, needs_of(department))

    missing = [d for d in dates if d not in days or days[d].laid_out_at is None]
    rules = rules_of(department, missing) if missing else None
    found = {}
    for date in dates:
        day = days.get(date)
        if rules is not None and (day is None or day.laid_out_at is None):
            lanes = _drafted(hours.lay_out(date, rules))
        else:
            assert day is not None
            lanes = _lanes(shifts[day.pk], cards)
        found[date] = Board(
            department=department,
            date=date,
            lanes=sorted(lanes, key=_lane_order),
            unstaffed=cards[None, day.pk] if day else [],
            day=day,
            plan_made_at=plans.get(day.pk) if day else None,
            closed_because="" if lanes else _why_closed(department, date),
        )
    return found


def _cards(
    day_ids: Collection[int], needs: Needs
) -> dict[tuple[uuid.UUID | None, int], list[Card]]:
    """The visits of each shift, and under None those that have no shift."""
    now = timezone.now()
    visits = (
        Visit.objects.filter(day__in=day_ids)
        .select_related("booking__recipient", "booking__service", "report")
        .order_by("starts_at", "booking__recipient__family_name", "id")
    )
    changed = set(
        Visit.objects.filter(
            day__in=day_ids, booking__events__at__gt=F("day__settled_at")
        ).values_list("pk", flat=True)
    )
    cards: dict[tuple[uuid.UUID | None, int], list[Card]] = defaultdict(list)
    for visit in visits:
        cards[visit.shift_id, visit.day_id].append(
            Card(
                visit=visit,
                state=_state(visit, now),
                is_new=visit.pk in changed,
                needs=needs.get(visit.booking.service_id, frozenset()),
            )
        )
    return cards


def _state(visit: Visit, now: dt.datetime) -> str:
    report = getattr(visit, "report", None)
    if report is not None:
        return {
            Report.Outcome.DONE: "done",
            Report.Outcome.NOT_AVAILABLE: "absent",
            Report.Outcome.UNABLE: "unable",
        }[Report.Outcome(report.outcome)]
    if visit.shift_id is None:
        return "open"
    if visit.ends_at <= now:
        return "untold"
    return "now" if visit.starts_at <= now else "plan"


def _lanes(
    shifts: list[Shift], cards: dict[tuple[uuid.UUID | None, int], list[Card]]
) -> list[Lane]:
    numbers: Counter[None] = Counter()
    lanes = []
    unnamed = sum(shift.person is None for shift in shifts)
    for shift in shifts:
        if shift.person is None:
            numbers[None] += 1
            title = _no_name(numbers[None] if unnamed > 1 else None)
        else:
            title = shift.person.full_name
        lanes.append(
            Lane(
                id=shift.pk,
                period=shift.period,
                pause=shift.pause,
                title=title,
                person=shift.person,
                knows=frozenset(shift.qualification_ids),
                is_withdrawn=shift.is_withdrawn,
                is_manual=shift.is_manual,
                cards=tuple(cards[shift.pk, shift.day_id]),
            )
        )
    return lanes


def _drafted(drafts: list[hours.ShiftDraft]) -> list[Lane]:
    return [
        Lane(
            id=None,
            period=draft.period,
            pause=draft.pause,
            title=_no_name(number if len(drafts) > 1 else None),
        )
        for number, draft in enumerate(drafts, start=1)
    ]


def _no_name(number: int | None) -> str:
    return _("No name yet %(number)d") % {"number": number} if number else _("No name yet")


def _lane_order(lane: Lane) -> tuple[object, ...]:
    """By hours; within them names first, alphabetically."""
    name = (lane.person.given_name, lane.person.family_name) if lane.person else ("", "")
    return lane.period.start, lane.period.end, not lane.is_named, *name


def _why_closed(department: Department, date: dt.date) -> str:
    special = SpecialDay.objects.filter(department=department, date=date).first()
    if special is not None:
        return special.name
    return ", ".join(str(name) for name in public_holiday_names(date))


# -- Who can take a visit ---------------------------------------------------


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


def candidates(
    department: Department, asked: Sequence[tuple[Board, Card]]
) -> list[list[Candidate]]:
    """For each visit who can take it, best first: somebody rather than a shift without a
    name, free rather than after a swap, who knows the recipient, who has the fewest visits.

    Asks the same boards as ``booking.actions.give`` does, so what is offered here can be
    done. As few statements for many visits as for one.
    """
    now = timezone.now()
    days = {board.day.pk: board.day for board, _ in asked if board.day and board.is_laid_out}
    seated = boards_of(list(days.values()), needs_of(department), now=now)
    met = _met_lately(department, [card for _, card in asked])
    return [
        sorted(
            _candidates(board, card, seated[board.day.pk], met),
            key=lambda one: (
                not one.lane.is_named,
                len(one.moves),
                -one.times_met,
                len(one.lane.cards),
                one.lane.title,
            ),
        )
        if board.day and board.day.pk in seated and card.visit.ends_at > now
        else []
        for board, card in asked
    ]


def _candidates(
    board: Board,
    card: Card,
    seated: seating.Board,
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


# -- Whose name can stand on a shift ----------------------------------------


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


# -- What of it is shown ----------------------------------------------------


@dataclass(frozen=True)
class Frame:
    """The parts of the day on show, between whole hours. ``chosen`` is empty for all."""

    parts: list[Part]
    chosen: str
    first_hour: int
    hours: int
    shows_now: bool

    @property
    def hour_names(self) -> list[str]:
        return [f"{hour % 24:02}" for hour in range(self.first_hour, self.first_hour + self.hours)]

    @property
    def unstaffed(self) -> list[Card]:
        return [card for part in self.parts for card in part.unstaffed]


def frame(board: Board, chosen: str, opened: uuid.UUID | None) -> Frame | None:
    """The part asked for, else the one in which something is opened, else all of them.

    None for a day without shifts: there is nothing to frame.
    """
    if not board.parts:
        return None
    keys = [part.key for part in board.parts]
    if chosen not in keys:
        chosen = _part_of(board, opened) if opened and len(keys) > 1 else ""
    parts = [part for part in board.parts if not chosen or part.key == chosen]
    periods = [part.period for part in parts]
    periods += [card.period for part in parts for card in part.unstaffed]
    first = min(_hour(board.date, period.start) for period in periods)
    last = max(_hour(board.date, period.end, up=True) for period in periods)
    return Frame(
        parts=parts,
        chosen=chosen,
        first_hour=first,
        hours=last - first,
        shows_now=first <= _hour(board.date, timezone.now()) < last,
    )


def _part_of(board: Board, opened: uuid.UUID) -> str:
    for part in board.parts:
        ids = [card.id for card in part.unstaffed]
        for lane in part.lanes:
            ids += [lane.id, *(card.id for card in lane.cards)] if lane.id else []
        if opened in ids:
            return part.key
    return ""


def _hour(date: dt.date, instant: dt.datetime, *, up: bool = False) -> int:
    """The local hour, counted on from midnight of ``date``."""
    local = timezone.localtime(instant)
    hour = (local.date() - date).days * 24 + local.hour
    return hour + 1 if up and (local.minute or local.second) else hour
