"""The administrator's page Today: problems first, then figures."""

import datetime as dt
import uuid
from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from booking.models import (
    AgreedDate,
    Booking,
    BookingEvent,
    Departure,
    PatternDate,
    Pause,
    Recipient,
    Visit,
    VisitRequest,
)
from booking.queries.agreed_times import agreed_dates_to_see
from booking.queries.departures import departures_to_confirm
from booking.queries.patterns import not_planned
from booking.queries.pauses import pauses_to_see
from booking.queries.unmade import to_book_again
from booking.queries.visit_requests import open_requests
from database.list_pages import ListPage, list_page
from departments.hours import local_instant
from departments.models import Absence, Department, TimeAway
from departments.queries import absences_between
from workflow.board import Board, Card, Lane
from workflow.models import NoContact
from workflow.queries.board import boards_of
from workflow.queries.candidates import CandidateList, VisitOnBoard, candidates_for
from workflow.queries.no_contacts import unclosed_no_contacts
from workflow.queries.unbooked import NotBooked, first_unbooked
from workflow.queries.untold import UntoldDays, untold_days

# Candidates are expensive to compute, so only the soonest visits have them.
MAX_WITH_CANDIDATES = 10
MAX_PROBLEMS = 6  # shown in full, whatever their day
MAX_CHANGES = 8
AHEAD = dt.timedelta(days=7)


@dataclass(frozen=True)
class Problem:
    """An unstaffed visit, and who can take it.

    ``number`` of ``count`` distinguishes the unstaffed visits of one booking.
    """

    card: Card
    board: Board
    number: int = 1
    count: int = 1
    choice: CandidateList = field(default_factory=CandidateList)

    @property
    def minutes_until(self) -> int:
        return int((self.card.visit.starts_at - self.board.now).total_seconds() // 60)

    @property
    def is_soon(self) -> bool:
        return self.minutes_until < 120


@dataclass(frozen=True)
class AbsenceNow:
    """An absence, and the times of shifts that no one else has taken."""

    absence: Absence
    unfilled: list[TimeAway]


class UnnamedShift(NamedTuple):
    """A shift with visits and without a name."""

    board: Board
    lane: Lane


@dataclass(frozen=True)
class TodayFigures:
    visits: int
    unstaffed: int
    done: int
    no_contact: int
    not_done: int
    untold: int
    at_work: int
    at_work_now: int
    used_hours: int
    staffed_hours: int
    ahead: int
    ahead_unstaffed: int

    @property
    def used_percent(self) -> int:
        return round(100 * self.used_hours / self.staffed_hours) if self.staffed_hours else 0


@dataclass(frozen=True)
class Today:
    board: Board
    problems: list[Problem]
    unnamed: list[UnnamedShift]
    figures: TodayFigures
    absences: list[AbsenceNow]
    changes: ListPage[BookingEvent]
    essential: ListPage[NotBooked]
    untold: UntoldDays
    pauses: list[Pause]
    departures: list[Departure]
    no_contacts: list[NoContact]
    visit_requests: list[VisitRequest]
    to_book_again: list[Booking]
    not_planned: list[PatternDate]
    agreed_dates: list[AgreedDate]

    @property
    def problems_today(self) -> list[Problem]:
        return [one for one in self.problems if one.board.date <= self.board.date]

    @property
    def problems_later(self) -> list[Problem]:
        """Those that can still be moved to another time without haste."""
        return [one for one in self.problems if one.board.date > self.board.date]

    @property
    def problems_folded(self) -> list[Problem]:
        """Of ``problems_later``: the page shows a line for each day, because they are many. The
        first of those days is shown in full."""
        if len(self.problems) <= MAX_PROBLEMS:
            return []
        later = self.problems_later
        return [one for one in later if one.board.date > later[0].board.date]

    @property
    def problems_next(self) -> list[Problem]:
        """Those of ``problems_later`` that are not folded."""
        return self.problems_later[: len(self.problems_later) - len(self.problems_folded)]

    @property
    def recipients(self) -> list[Recipient]:
        """Those whose names the page shows, some of them more than once."""
        shown = [problem.card.visit.booking for problem in self.problems]
        shown += [event.booking for event in self.changes.shown]
        shown += [one.visit.booking for one in self.no_contacts]
        shown += self.to_book_again
        shown += [visit.booking for day in self.untold.shown for visit in day.visits]
        shown += [asked.booking for asked in self.visit_requests]
        return [
            *(booking.recipient for booking in shown),
            *(one.pattern.recipient for one in self.not_planned),
            *(pause.recipient for pause in self.pauses),
            *(one.agreed_time.grant.recipient for one in self.agreed_dates),
            *(departure.recipient for departure in self.departures),
            *(one.unbooked.grant.recipient for one in self.essential.shown),
        ]


def today_of(department: Department, now: dt.datetime, *, changes_page: int = 1) -> Today:
    """The page is that of the list of changes, from 1."""
    date = timezone.localdate(now)
    tomorrow, yesterday = date + dt.timedelta(days=1), date - dt.timedelta(days=1)
    unstaffed = list(
        Visit.objects.filter(day__department=department, ends_at__gt=now)
        .unstaffed()
        .order_by("starts_at", "pk")
        .values_list("pk", "day__date")
    )
    shown = boards_of(department, {date, tomorrow, *(day for _, day in unstaffed)})
    problems_by_visit = {
        card.id: Problem(card, board)
        for board in shown.values()
        for card in board.unstaffed
        if not card.is_reported
    }
    problems = [problems_by_visit[pk] for pk, _ in unstaffed if pk in problems_by_visit]
    return Today(
        board=shown[date],
        problems=_with_candidates(department, _numbered(problems)),
        unnamed=[
            UnnamedShift(board, lane)
            for board in (shown[date], shown[tomorrow])
            for lane in board.unnamed_with_visits
            if lane.period.end > now and (board.settled_at or board.date == date)
        ],
        figures=_figures(department, shown[date], now),
        absences=_absences(department, now),
        changes=list_page(_changes(department, yesterday, tomorrow), changes_page, MAX_CHANGES),
        essential=first_unbooked(department, now),
        untold=untold_days(department, now),
        pauses=pauses_to_see(department, now, date),
        visit_requests=list(open_requests(department)),
        to_book_again=to_book_again(department, now),
        not_planned=not_planned(department, date),
        agreed_dates=agreed_dates_to_see(department, now),
        departures=departures_to_confirm(department),
        no_contacts=list(unclosed_no_contacts([department])),
    )


def _numbered(problems: list[Problem]) -> list[Problem]:
    lacking = Counter(problem.card.visit.booking_id for problem in problems)
    seen: Counter[uuid.UUID] = Counter()
    numbered = []
    for problem in problems:
        booking = problem.card.visit.booking_id
        seen[booking] += 1
        numbered.append(replace(problem, number=seen[booking], count=lacking[booking]))
    return numbered


def _with_candidates(department: Department, problems: list[Problem]) -> list[Problem]:
    soonest = problems[:MAX_WITH_CANDIDATES]
    if not soonest:
        return problems
    found = candidates_for(
        department, [VisitOnBoard(problem.board, problem.card) for problem in soonest]
    )
    return [
        replace(problem, choice=choice) for problem, choice in zip(soonest, found, strict=True)
    ] + problems[MAX_WITH_CANDIDATES:]


def _figures(department: Department, board: Board, now: dt.datetime) -> TodayFigures:
    states = [card.state for card in board.cards]
    at_work = [lane for lane in board.lanes if lane.is_named and not lane.is_withdrawn]
    ahead = Visit.objects.filter(
        day__department=department,
        day__date__gt=board.date,
        day__date__lte=board.date + dt.timedelta(days=department.horizon_days),
    ).aggregate(visits=Count("pk"), unstaffed=Count("pk", filter=Q(shift__isnull=True)))
    used, staffed = board.used_seconds, board.staffed_seconds
    return TodayFigures(
        visits=len(states),
        unstaffed=states.count("open"),
        done=states.count("done") + states.count("partly"),
        no_contact=states.count("no_contact") + states.count("alarm"),
        not_done=sum(states.count(state) for state in ("declined", "in_hospital", "unable")),
        untold=states.count("untold")
        + sum(card.state == "open" and card.visit.ends_at <= now for card in board.unstaffed),
        at_work=len({lane.person for lane in at_work}),
        at_work_now=sum(lane.is_at_work(now) for lane in at_work),
        used_hours=round(used / 3600),
        staffed_hours=round(staffed / 3600),
        ahead=ahead["visits"],
        ahead_unstaffed=ahead["unstaffed"],
    )


def _absences(department: Department, now: dt.datetime) -> list[AbsenceNow]:
    found = list(absences_between(department, now, now + AHEAD))
    unfilled = defaultdict(list)
    for away in TimeAway.objects.filter(
        absence__in=found,
        shift__day__department=department,
        ends_at__gt=now,
        replacement=None,
    ).select_related("shift__day"):
        unfilled[away.absence_id].append(away)
    return [AbsenceNow(absence, unfilled[absence.pk]) for absence in found]


def _changes(department: Department, since: dt.date, until: dt.date) -> QuerySet[BookingEvent]:
    """What was booked, moved or cancelled since ``since`` of visits until the day ``until``,
    latest first. One rule for all kinds: a cancellation without the booking that took it back
    would say that the visit is gone."""
    here = timezone.get_default_timezone()
    start = local_instant(since, dt.time(), here)
    end = local_instant(until + dt.timedelta(days=1), dt.time(), here)
    return (
        BookingEvent.objects.filter(
            Q(from_starts_at__gte=start, from_starts_at__lt=end)
            | Q(to_starts_at__gte=start, to_starts_at__lt=end),
            booking__service__department=department,
            at__gte=start,
        )
        .select_related("booking__recipient", "booking__service")
        .order_by("-at", "-pk")
    )
