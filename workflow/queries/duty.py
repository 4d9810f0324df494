"""The duty lead's page: one department's day."""

import datetime as dt
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import User
from booking.models import Booking, CoverageAct, Grant, PatternDate, Recipient, VisitRequest
from booking.queries.coverage import seating_kinds
from booking.queries.coverage_acts import act_to_undo
from booking.queries.grants import grants_of_bookings
from booking.queries.own_choice import window_on
from booking.queries.patterns import not_planned
from booking.queries.slack import free_days
from booking.queries.visit_requests import open_requests
from booking.seating.coverage import FREE, SET, WINDOW
from departments.hours import DAY, local_instant
from departments.models import Absence, Department, Shift
from departments.queries import absences_between, care_workers
from workflow.board import Board, Card, Lane
from workflow.queries.board import board_of
from workflow.urgency import HowUrgent, how_urgent


class AtWork(NamedTuple):
    """A shift, and the key of the form that reports its carer sick."""

    lane: Lane
    key: uuid.UUID


class OpenVisit(NamedTuple):
    """A visit that nobody has, and how urgent it is."""

    card: Card
    how: HowUrgent


@dataclass(frozen=True)
class DutyDay:
    """``at_work`` can be reported sick. ``absences`` are those that can be undone here. ``kinds``
    has the visits that nobody has, by class, the most urgent first. ``act`` can be undone.
    ``not_planned`` are the times of patterns on this date that could not be booked."""

    board: Board
    at_work: list[AtWork]
    absences: list[Absence]
    kinds: list[tuple[str, list[OpenVisit]]]
    act: CoverageAct | None
    not_planned: list[PatternDate]
    requests: list[VisitRequest]

    @property
    def department(self) -> Department:
        return self.board.department

    @property
    def date(self) -> dt.date:
        return self.board.date

    @property
    def open_cards(self) -> list[Card]:
        return [one.card for _, visits in self.kinds for one in visits]

    @property
    def recipients(self) -> list[Recipient]:
        return [
            *(asked.booking.recipient for asked in self.requests),
            *(card.visit.booking.recipient for card in self.open_cards),
            *(one.pattern.recipient for one in self.not_planned),
        ]


def duty_day(department: Department, date: dt.date) -> DutyDay:
    now = timezone.now()
    board = board_of(department, date)
    lanes = [
        lane
        for lane in board.lanes
        if lane.is_named and not lane.is_withdrawn and lane.period.end > now
    ]
    cards = [card for card in board.unstaffed if card.visit.ends_at > now and not card.is_reported]
    return DutyDay(
        board=board,
        at_work=[
            AtWork(lane, uuid.uuid4())
            for lane in sorted(lanes, key=lambda lane: (lane.period.start, lane.title))
        ],
        absences=list(sickness_of_day(department, date).filter(ends_at__gt=now)),
        kinds=list(_by_kind(department, date, cards, now)),
        act=act_to_undo(department, date, now),
        not_planned=not_planned(department, date, date),
        requests=requests_of_day(department, date),
    )


def requests_of_day(department: Department, date: dt.date) -> list[VisitRequest]:
    """What people ask about the day's visits at set times, and nobody has answered."""
    found = open_requests(department).filter(booking__visits__day__date=date)
    return list(found.distinct())


def sickness_of_day(department: Department, date: dt.date) -> QuerySet[Absence]:
    """Sickness on the day's shifts that lies within the day and its night. Longer sickness is
    the administrator's: the duty lead must not end it."""
    zone = timezone.get_default_timezone()
    start, after = (local_instant(date + n * DAY, dt.time(), zone) for n in (0, 2))
    return (
        Absence.objects.part_of(department.pk)
        .filter(
            kind=Absence.Kind.SICK,
            starts_at__gte=start,
            ends_at__lt=after,
            times_away__shift__day__department=department,
            times_away__shift__day__date=date,
        )
        .select_related("person")
        .order_by("starts_at", "pk")
        .distinct()
    )


def _by_kind(
    department: Department, date: dt.date, cards: list[Card], now: dt.datetime
) -> Iterator[tuple[str, list[OpenVisit]]]:
    """The most urgent of each class first."""
    bookings = Booking.objects.select_related("grant", "service").in_bulk(
        {card.visit.booking_id for card in cards}
    )
    kinds = seating_kinds(bookings.values())
    grants = {id_: grant for id_, grant in grants_of_bookings(bookings.values()).items() if grant}
    days = _free_days_after(department, date, bookings, grants, now)
    found = []
    for card in cards:
        grant = grants.get(card.visit.booking_id)
        found.append(
            OpenVisit(
                card,
                how_urgent(
                    kinds[card.visit.booking_id],
                    is_essential=grant is not None and grant.is_essential,
                    free_days=days.get(card.visit.booking_id, 0),
                    window_ends_in=_window_ends_in(grant, date, now),
                ),
            )
        )
    found.sort(key=lambda one: (one.how.urgency, one.how.hours, one.card.visit.starts_at))
    for kind, name in ((SET, "set"), (WINDOW, "window"), (FREE, "free")):
        its = [one for one in found if kinds[one.card.visit.booking_id] == kind]
        if its:
            yield name, its


def _free_days_after(
    department: Department,
    date: dt.date,
    bookings: Mapping[uuid.UUID, Booking],
    grants: Mapping[uuid.UUID, Grant],
    now: dt.datetime,
) -> dict[uuid.UUID, int]:
    """By the id of each booking: the days after the date to which it could move within its week
    or month."""
    its = {id_: grant for id_, grant in grants.items() if not grant.times_are_set}
    for id_, grant in its.items():
        grant.service = bookings[id_].service
    days = free_days(department, list(its.values()), now, date, without=its.keys())
    return {id_: sum(day > date for day in days[grant.pk]) for id_, grant in its.items()}


def _window_ends_in(grant: Grant | None, date: dt.date, now: dt.datetime) -> int | None:
    window = window_on(grant, date) if grant else None
    left = window[1] - int(now.timestamp()) if window else 0
    return left if left > 0 else None


def people_to_call_in(department: Department, date: dt.date) -> list[User]:
    """The department's carers who neither work anywhere that date nor are away, by name."""
    zone = timezone.get_default_timezone()
    start = local_instant(date, dt.time(), zone)
    end = local_instant(date + DAY, dt.time(), zone)
    away = {one.person_id for one in absences_between(department, start, end)}
    working = set(
        Shift.objects.filter(
            person__isnull=False, is_withdrawn=False, starts_at__lt=end, ends_at__gt=start
        ).values_list("person", flat=True)
    )
    return [
        person
        for person in care_workers(department, date)
        if person.pk not in away and person.pk not in working and person.phone
    ]
