"""Days with their shifts and visits, for the day board."""

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Collection
from itertools import count

from django.db.models import F, OuterRef, QuerySet, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _

from booking.models import Booking, Visit
from booking.queries import hide_former
from booking.queries.day_seatings import Needs, needs_of
from database.alphabet import name_key
from database.expressions import Alphabetical
from departments import hours
from departments.models import Day, Department, Shift, SpecialDay
from departments.public_holidays import public_holiday_names
from departments.queries import rules_of
from workflow.board import Board, Card, Lane
from workflow.models import DayPlan, NoContact


def board_of(department: Department, date: dt.date) -> Board:
    """The day with its shifts and visits. The shifts of a day not laid out are computed."""
    return boards_of(department, [date])[date]


def boards_of(department: Department, dates: Collection[dt.date]) -> dict[dt.date, Board]:
    """Several days. The number of queries does not depend on the number of days."""
    days = {day.date: day for day in Day.objects.filter(department=department, date__in=dates)}
    day_ids = [day.pk for day in days.values()]
    plans = dict(DayPlan.objects.filter(day__in=day_ids).values_list("day_id", "made_at"))
    shifts = defaultdict(list)
    for shift in Shift.objects.filter(day__in=day_ids).select_related("person"):
        shifts[shift.day_id].append(shift)
    now = timezone.now()
    cards = _cards(day_ids, needs_of(department), now)
    hide_former(
        department, min(dates), (card.visit.booking for some in cards.values() for card in some)
    )

    missing = [d for d in dates if d not in days or days[d].laid_out_at is None]
    rules = rules_of(department, missing) if missing else None
    found = {}
    for date in dates:
        day = days.get(date)
        if rules is not None and (day is None or day.laid_out_at is None):
            lanes = _draft_lanes(hours.lay_out(date, rules))
        else:
            assert day is not None
            lanes = _lanes(shifts[day.pk], cards)
        found[date] = Board(
            department=department,
            date=date,
            now=now,
            lanes=sorted(lanes, key=_lane_order),
            unstaffed=cards[None, day.pk] if day else [],
            day=day,
            plan_made_at=plans.get(day.pk) if day else None,
            closed_because="" if lanes else _why_closed(department, date),
        )
    return found


def _cards(
    day_ids: Collection[int], needs: Needs, now: dt.datetime
) -> dict[tuple[uuid.UUID | None, int], list[Card]]:
    """The visits by (shift id, day id). The shift id is None for unstaffed visits."""
    unconfirmed = NoContact.objects.filter(visit=OuterRef("pk"), confirmed_at=None)
    visits: QuerySet[Visit] = (
        Visit.objects.filter(day__in=day_ids)
        .select_related("booking__recipient", "booking__service", "report")
        .order_by(
            "starts_at",
            Alphabetical("booking__recipient__family_name", "booking__recipient__given_name"),
            "id",
        )
    )
    changed = set(
        Visit.objects.filter(
            day__in=day_ids, booking__events__at__gt=F("day__settled_at")
        ).values_list("pk", flat=True)
    )
    cards: dict[tuple[uuid.UUID | None, int], list[Card]] = defaultdict(list)
    for visit in visits.annotate(no_contact=Subquery(unconfirmed.values("pk")[:1])):
        cards[visit.shift_id, visit.day_id].append(
            Card(
                visit=visit,
                state="alarm" if visit.no_contact else _state(visit, now),
                no_contact_id=visit.no_contact,
                is_new=visit.pk in changed,
                needs=needs.get(visit.booking.service_id, frozenset()),
            )
        )
    return cards


def _state(visit: Visit, now: dt.datetime) -> str:
    report = getattr(visit, "report", None)
    if report is not None:
        return str(report.outcome)
    if visit.shift_id is None:
        return "open"
    if visit.booking.status == Booking.Status.KEPT:
        return "kept"
    if visit.ends_at <= now:
        return "untold"
    return "now" if visit.starts_at <= now else "plan"


def _lanes(
    shifts: list[Shift], cards: dict[tuple[uuid.UUID | None, int], list[Card]]
) -> list[Lane]:
    unnamed = sum(shift.person is None for shift in shifts)
    numbers = count(1)
    lanes = []
    for shift in shifts:
        if shift.person is None:
            title = _unnamed_title(next(numbers) if unnamed > 1 else None)
        else:
            title = shift.person.full_name
        lanes.append(
            Lane(
                id=shift.pk,
                period=shift.period,
                pause=shift.pause,
                title=title,
                person=shift.person,
                qualification_ids=frozenset(shift.qualification_ids),
                is_withdrawn=shift.is_withdrawn,
                away=tuple(shift.times_off),
                is_manual=shift.is_manual,
                version=shift.version,
                cards=tuple(cards[shift.pk, shift.day_id]),
            )
        )
    return lanes


def _draft_lanes(drafts: list[hours.ShiftDraft]) -> list[Lane]:
    return [
        Lane(
            id=None,
            period=draft.period,
            pause=draft.pause,
            title=_unnamed_title(number if len(drafts) > 1 else None),
        )
        for number, draft in enumerate(drafts, start=1)
    ]


def _unnamed_title(number: int | None) -> str:
    return _("No name yet %(number)d") % {"number": number} if number else _("No name yet")


def _lane_order(lane: Lane) -> tuple[object, ...]:
    """By hours, then named shifts first, by name."""
    name = name_key(lane.person.full_name) if lane.person else ""
    return lane.period.start, lane.period.end, not lane.is_named, name


def _why_closed(department: Department, date: dt.date) -> str:
    special = SpecialDay.objects.filter(department=department, date=date).first()
    if special is not None:
        return special.name
    return ", ".join(str(name) for name in public_holiday_names(date))
