"""The values of the day board: a day as its administrator sees it.

A *lane* is one shift, a *card* one visit. Cards without a lane are unstaffed. A *day part*
has the shifts that start in the day, evening or night. A *frame* is the shown section.
"""

import datetime as dt
import uuid
from collections import defaultdict
from dataclasses import dataclass, field, replace

from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from accounts.models import User
from booking.models import Visit
from departments.hours import Interval
from departments.models import Day, Department
from departments.times_away import joined
from workflow.models import Report

ZERO = dt.timedelta(0)

# (key, first hour, end) by the local hour in which a shift starts; the night ends after 24.
DAY_PARTS = (("day", 4, 12), ("evening", 12, 20), ("night", 20, 28))


@dataclass(frozen=True)
class Card:
    """One visit on the board. Its ``state`` is the reported outcome, if there is one; *alarm*
    while it is without contact and nobody has met the recipient (``no_contact_id``)."""

    visit: Visit
    state: str
    is_new: bool = False
    needs: frozenset[uuid.UUID] = frozenset()
    no_contact_id: uuid.UUID | None = None

    @property
    def id(self) -> uuid.UUID:
        return self.visit.pk

    @property
    def is_reported(self) -> bool:
        return self.state == "alarm" or self.state in Report.Outcome.values

    @property
    def can_be_reported(self) -> bool:
        return self.visit.starts_at - Report.OPENS <= timezone.now()

    @property
    def period(self) -> Interval:
        return Interval(self.visit.starts_at, self.visit.ends_at)

    @property
    def is_unstaffed(self) -> bool:
        return self.state == "open"

    @property
    def state_name(self) -> str:
        return {
            "open": _("nobody to go"),
            "plan": _("planned"),
            "kept": _("kept for an agreed time"),
            "now": _("under way"),
            "untold": _("over, not recorded yet"),
            "done": _("done"),
            "partly": _("partly done"),
            "declined": _("declined"),
            "no_contact": _("no contact"),
            "alarm": _("no contact: nobody has met them yet"),
            "in_hospital": _("in hospital"),
            "unable": _("could not be done"),
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
    """One shift. ``id`` is None on a day that is not laid out yet."""

    id: uuid.UUID | None
    period: Interval
    pause: Interval | None
    title: str
    person: User | None = None
    qualification_ids: frozenset[uuid.UUID] = frozenset()
    is_withdrawn: bool = False
    away: tuple[Interval, ...] = ()
    is_manual: bool = False
    version: int = 0
    cards: tuple[Card, ...] = ()

    @property
    def is_named(self) -> bool:
        return self.person is not None

    @property
    def pauses(self) -> list[Interval]:
        """The break and the times away, joined where they touch."""
        return joined([*self.away, *([self.pause] if self.pause else [])])

    def is_at_work(self, now: dt.datetime) -> bool:
        return self.period.start <= now < self.period.end and not any(
            away.start <= now < away.end for away in self.away
        )

    @property
    def finished(self) -> int:
        return sum(card.is_reported for card in self.cards)

    @property
    def day_part(self) -> str:
        hour = timezone.localtime(self.period.start).hour
        return next((name for name, first, end in DAY_PARTS if first <= hour < end), "night")

    @property
    def travels(self) -> list[Travel]:
        return [
            Travel(card.visit.ends_at, min(card.visit.occupied_until, after.visit.starts_at))
            for card, after in zip(self.cards, self.cards[1:], strict=False)
            if card.visit.occupied_until > card.visit.ends_at
            and after.visit.starts_at > card.visit.ends_at
        ]

    def free_time_around(self, period: Interval) -> Interval:
        """The free time around a period without visits."""
        taken = [Interval(card.visit.starts_at, card.visit.occupied_until) for card in self.cards]
        taken += self.pauses
        return Interval(
            max([self.period.start, *(one.end for one in taken if one.end <= period.start)]),
            min([self.period.end, *(one.start for one in taken if one.start >= period.end)]),
        )


@dataclass(frozen=True)
class DayPart:
    """Shifts that start in one part of the day, and the unstaffed visits in its hours."""

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
    now: dt.datetime
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
        """Whether the day can no longer be changed."""
        return self.date < timezone.localdate(self.now) and all(
            lane.period.end <= self.now for lane in self.lanes
        )

    @property
    def can_be_closed(self) -> bool:
        """Whether nothing can happen on the day any more, and it is not closed."""
        if self.day is None or self.day.is_closed or self.date > timezone.localdate(self.now):
            return False
        periods = [lane.period for lane in self.lanes] + [card.period for card in self.cards]
        if not self.lanes and self.date == timezone.localdate(self.now):
            return False
        return all(period.end <= self.now for period in periods)

    @property
    def cards(self) -> list[Card]:
        return self.unstaffed + [card for lane in self.lanes for card in lane.cards]

    @property
    def unnamed_with_visits(self) -> list[Lane]:
        return [lane for lane in self.lanes if not lane.is_named and lane.cards]

    @cached_property
    def staffed_seconds(self) -> float:
        """Working time without breaks and times away."""
        return sum(
            (
                lane.period.duration - sum((pause.duration for pause in lane.pauses), ZERO)
            ).total_seconds()
            for lane in self.lanes
        )

    @cached_property
    def used_seconds(self) -> float:
        """Time of visits and of the travel after them."""
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
    def day_parts(self) -> list[DayPart]:
        lanes = defaultdict(list)
        for lane in self.lanes:
            lanes[lane.day_part].append(lane)
        parts = [DayPart(key, lanes[key]) for key, _first, _end in DAY_PARTS if lanes[key]]
        unstaffed = defaultdict(list)
        for card in self.unstaffed:
            if parts:
                best = max(parts, key=lambda part: part.period.overlap(card.period))
                unstaffed[best.key].append(card)
        return [replace(part, unstaffed=unstaffed[part.key]) for part in parts]

    def next_unstaffed(self, opened: uuid.UUID | None) -> Card | None:
        """The next unstaffed visit after the opened one; the first one after the last."""
        ids = [card.id for card in self.unstaffed]
        after = ids.index(opened) + 1 if opened in ids else 0
        others = self.unstaffed[after:] + self.unstaffed[:after]
        return next((card for card in others if card.id != opened), None)

    def lane(self, shift_id: uuid.UUID) -> Lane | None:
        return next((lane for lane in self.lanes if lane.id == shift_id), None)

    def empty_lanes(self, period: Interval) -> list[Lane]:
        """Shifts around a period whose carer is away in it."""
        return [
            lane
            for lane in self.lanes
            if lane.period.contains(period) and any(away.overlaps(period) for away in lane.away)
        ]

    def card(self, visit_id: uuid.UUID) -> Card | None:
        return next((card for card in self.cards if card.id == visit_id), None)

    def lane_of(self, card: Card) -> Lane | None:
        shift_id = card.visit.shift_id
        return self.lane(shift_id) if shift_id else None


@dataclass(frozen=True)
class Frame:
    """The day parts shown, between whole hours. ``chosen`` is empty for the whole day."""

    day_parts: list[DayPart]
    chosen: str
    first_hour: int
    hours: int
    shows_now: bool

    @property
    def hour_names(self) -> list[str]:
        return [f"{hour % 24:02}" for hour in range(self.first_hour, self.first_hour + self.hours)]

    @property
    def unstaffed(self) -> list[Card]:
        return [card for part in self.day_parts for card in part.unstaffed]


def frame_of(board: Board, chosen: str, opened: uuid.UUID | None) -> Frame | None:
    """The chosen day part, else that of the opened shift or visit, else the whole day.

    None for a day without shifts.
    """
    if not board.day_parts:
        return None
    keys = [part.key for part in board.day_parts]
    if chosen not in keys:
        chosen = _day_part_of(board, opened) if opened and len(keys) > 1 else ""
    parts = [part for part in board.day_parts if not chosen or part.key == chosen]
    periods = [part.period for part in parts]
    periods += [card.period for part in parts for card in part.unstaffed]
    first = min(_hour(board.date, period.start) for period in periods)
    last = max(_hour(board.date, period.end, up=True) for period in periods)
    return Frame(
        day_parts=parts,
        chosen=chosen,
        first_hour=first,
        hours=last - first,
        shows_now=first <= _hour(board.date, board.now) < last,
    )


def _day_part_of(board: Board, opened: uuid.UUID) -> str:
    for part in board.day_parts:
        ids = [card.id for card in part.unstaffed]
        for lane in part.lanes:
            ids += [lane.id, *(card.id for card in lane.cards)] if lane.id else []
        if opened in ids:
            return part.key
    return ""


def _hour(date: dt.date, instant: dt.datetime, *, up: bool = False) -> int:
    """The local hour counted from midnight of ``date``; beyond 24 on the next day."""
    local = timezone.localtime(instant)
    hour = (local.date() - date).days * 24 + local.hour
    return hour + 1 if up and (local.minute or local.second) else hour
