"""Shifts and visits of days as the values of ``booking.seating``."""

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple, Protocol

from django.contrib.postgres.aggregates import ArrayAgg
from django.db import connection
from django.db.models import Q
from django.utils import timezone

from booking.models import Booking, Visit
from booking.seating.day_seating import DaySeating
from booking.seating.summary import SeatKind, VisitPeriod, starts_of_summary
from booking.seating.values import Demand, Seat
from booking.seating.values import Visit as SeatedVisit
from database.expressions import EpochSeconds
from departments.models import Department, Service
from departments.queries.days import ShiftFact, shift_facts

Needs = Mapping[uuid.UUID, frozenset[uuid.UUID]]


class AnyDay(Protocol):
    """A Day or a DayFact."""

    @property
    def pk(self) -> int: ...
    @property
    def date(self) -> dt.date: ...
    @property
    def is_settled(self) -> bool: ...


def needs_of(department: Department) -> Needs:
    """The qualifications that each of the department's services needs."""
    return {
        id_: frozenset(qualification_ids)
        for id_, qualification_ids in Service.objects.filter(department=department)
        .annotate(
            needs=ArrayAgg("qualifications", filter=Q(qualifications__isnull=False), default=[])
        )
        .order_by()
        .values_list("pk", "needs")
    }


def demand_of(service: Service, needs: frozenset[uuid.UUID], booking: Booking | None) -> Demand:
    """The demand of a service; a booking that moves keeps its own length and carers."""
    return Demand(
        seconds=60 * (booking.minutes if booking else service.minutes),
        travel=60 * service.department.travel_minutes,
        needs=needs,
        carers=booking.carers if booking else service.carers,
    )


def day_seatings(
    days: Collection[AnyDay],
    needs: Needs,
    *,
    now: dt.datetime,
    without: Booking | None = None,
    leaving: Collection[uuid.UUID] = (),
) -> dict[int, DaySeating]:
    """The seatings of laid-out days by the Day's key, ``without`` one booking's visits and
    without the shifts that are ``leaving``. Two statements, however many days."""
    ids = [day.pk for day in days]
    seats: dict[int, list[Seat]] = {id_: [] for id_ in ids}
    for day_id, fact in shift_facts(ids):
        if fact.id not in leaving:
            seats[day_id].append(seat_of(fact))
    visits = visits_of(ids, needs, without=without)
    today = timezone.localdate(now)
    return {
        day.pk: DaySeating(seats[day.pk], visits[day.pk], is_settled=stands_still(day, today))
        for day in days
    }


# Seats are numbered within each day. Kinds of seats come first, then periods of visits.
_SUMMARY = """
WITH seat AS MATERIALIZED (
    SELECT id, day_id, row_number() OVER (PARTITION BY day_id) - 1 AS number,
        starts_at, ends_at, break_starts_at, break_ends_at, away, qualification_ids
    FROM departments_shift
    WHERE day_id = ANY(%(days)s) AND NOT is_withdrawn
)
SELECT day_id,
    date_part('epoch', starts_at)::bigint, date_part('epoch', ends_at)::bigint, NULL::bigint,
    date_part('epoch', break_starts_at)::bigint, date_part('epoch', break_ends_at)::bigint,
    away, qualification_ids, array_agg(number::int)
FROM seat
GROUP BY day_id, starts_at, ends_at, break_starts_at, break_ends_at, away, qualification_ids
UNION ALL
SELECT seat.day_id,
    date_part('epoch', visit.starts_at)::bigint, date_part('epoch', visit.ends_at)::bigint,
    date_part('epoch', occupied_until)::bigint, NULL, NULL, NULL, NULL, array_agg(number::int)
FROM booking_visit AS visit JOIN seat ON shift_id = seat.id
WHERE visit.day_id = ANY(%(days)s) AND booking_id IS DISTINCT FROM %(without)s
GROUP BY seat.day_id, visit.starts_at, visit.ends_at, occupied_until
UNION ALL
SELECT DISTINCT day_id, 0, 0, NULL::bigint, NULL::bigint, NULL::bigint,
    NULL::timestamptz[], NULL::uuid[], NULL::int[]
FROM departments_shift WHERE day_id = ANY(%(days)s) AND is_withdrawn
"""


class _SummaryRow(NamedTuple):
    """Seats of one kind, or, with ``occupied_until``, visits of one period. ``numbers`` are
    those of the seats; without them, the row says that the Day has withdrawn shifts."""

    day_id: int
    starts: int
    ends: int
    occupied_until: int | None
    break_starts: int | None
    break_ends: int | None
    away: Sequence[dt.datetime]
    qualification_ids: Sequence[uuid.UUID]
    numbers: Sequence[int] | None


def summarized_starts(
    days: Collection[AnyDay],
    demand: Demand,
    step: int,
    *,
    now: dt.datetime,
    without: Booking | None = None,
) -> tuple[dict[int, list[tuple[int, bool | None]]], set[int]]:
    """The starts of laid-out days, by the Day's key (see ``booking.seating.summary``); and the
    keys of the days that have shifts, also withdrawn ones. One statement, so that seats and
    visits are of one moment, and few rows."""
    kinds: dict[int, list[SeatKind]] = defaultdict(list)
    periods: dict[int, list[VisitPeriod]] = defaultdict(list)
    staffed: set[int] = set()
    values = {"days": [day.pk for day in days], "without": without.pk if without else None}
    with connection.cursor() as cursor:
        cursor.execute(_SUMMARY, values)
        for row in map(_SummaryRow._make, cursor.fetchall()):
            staffed.add(row.day_id)
            if row.numbers is None:
                continue
            seats = sum([1 << number for number in row.numbers])
            if row.occupied_until is None:
                away = [int(instant.timestamp()) for instant in row.away]
                pauses = pauses_of(row.break_starts, row.break_ends, away)
                qualifications = frozenset(row.qualification_ids)
                like = Seat(_ANY, row.starts, row.ends, pauses, qualifications)
                kinds[row.day_id].append(SeatKind(like, seats))
            else:
                period = VisitPeriod(row.starts, row.ends, row.occupied_until, seats)
                periods[row.day_id].append(period)
    today = timezone.localdate(now)
    starts = {
        day.pk: starts_of_summary(
            kinds[day.pk], periods[day.pk], demand, step, is_settled=stands_still(day, today)
        )
        for day in days
    }
    return starts, staffed


_ANY = uuid.UUID(int=0)


def visits_of(
    day_ids: Collection[int], needs: Needs, *, without: Booking | None = None
) -> dict[int, list[SeatedVisit]]:
    rows = (
        Visit.objects.filter(day__in=day_ids)
        .order_by("day", "starts_at")
        .values_list(
            "day_id",
            "pk",
            EpochSeconds("starts_at"),
            EpochSeconds("ends_at"),
            EpochSeconds("occupied_until"),
            "booking__service_id",
            "shift_id",
            "is_pinned",
        )
    )
    if without is not None:
        rows = rows.exclude(booking=without)
    visits: dict[int, list[SeatedVisit]] = defaultdict(list)
    for day_id, id_, starts, ends, until, service_id, shift_id, is_pinned in rows:
        visits[day_id].append(
            SeatedVisit(
                id_, starts, ends, until, needs.get(service_id, frozenset()), shift_id, is_pinned
            )
        )
    return visits


def seating_of_shifts(facts: Iterable[ShiftFact]) -> DaySeating:
    """The seating of a day that is not laid out yet, and so has no visits."""
    return DaySeating([seat_of(fact, number) for number, fact in enumerate(facts)], [])


def seat_of(fact: ShiftFact, number: int = 0) -> Seat:
    return Seat(
        fact.id or uuid.UUID(int=number),
        fact.starts,
        fact.ends,
        pauses_of(fact.break_starts, fact.break_ends, fact.away),
        fact.qualification_ids,
        fact.withdrawn,
    )


def pauses_of(
    break_starts: int | None, break_ends: int | None, away: Sequence[int]
) -> tuple[tuple[int, int], ...]:
    """A shift's break and times away (from, to, from, to …), in order and apart."""
    pauses = [] if break_starts is None or break_ends is None else [(break_starts, break_ends)]
    if not away:
        return tuple(pauses)
    joined: list[tuple[int, int]] = []
    for rest, back in sorted([*pauses, *zip(away[::2], away[1::2], strict=True)]):
        if joined and rest <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], back))
        else:
            joined.append((rest, back))
    return tuple(joined)


def stands_still(day: AnyDay, today: dt.date) -> bool:
    """Whether visits of the day move only when a person decides so: on a settled day, and
    from the day's own date on, because carers are on their way."""
    return day.is_settled or day.date <= today
