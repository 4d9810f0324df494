"""A day's shifts and visits as ``booking.seating`` sees them."""

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import Protocol

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Q
from django.utils import timezone

from booking.models import Booking, Visit
from booking.seating import Board, Demand, Seat, all_free
from booking.seating import Visit as SeatedVisit
from departments.models import Department, Service
from departments.queries.days import EpochSeconds, ShiftFact, shift_facts

Needs = Mapping[uuid.UUID, frozenset[uuid.UUID]]


class AnyDay(Protocol):
    """A Day, or what is known of one without its row."""

    @property
    def pk(self) -> int: ...
    @property
    def date(self) -> dt.date: ...
    @property
    def is_settled(self) -> bool: ...


def needs_of(department: Department) -> Needs:
    """What each of the department's services asks of a carer."""
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
    """What the service asks for now; a booking that moves keeps its own length and carers."""
    return Demand(
        seconds=60 * (booking.minutes if booking else service.minutes),
        travel=60 * service.department.travel_minutes,
        needs=needs,
        carers=booking.carers if booking else service.carers,
    )


def boards_of(
    days: Collection[AnyDay],
    needs: Needs,
    *,
    now: dt.datetime,
    without: Booking | None = None,
    leaving: Collection[uuid.UUID] = (),
) -> dict[int, Board]:
    """The boards of laid-out days, by the Day's key; ``without`` one booking's visits,
    nor the shifts that are ``leaving``.

    Two statements, however many days.
    """
    ids = [day.pk for day in days]
    seats: dict[int, list[Seat]] = {id_: [] for id_ in ids}
    for day_id, fact in shift_facts(ids):
        if fact.id not in leaving:
            seats[day_id].append(seat_of(fact))
    visits = visits_of(ids, needs, without=without)
    today = timezone.localdate(now)
    return {
        day.pk: Board(seats[day.pk], visits[day.pk], is_settled=stands_still(day, today))
        for day in days
    }


def starts_of_free_days(
    days: Collection[AnyDay], demand: Demand, step: int, *, without: Booking | None = None
) -> dict[int, list[int]]:
    """The starts of those laid-out days on which all are free as the visits sit, by the
    Day's key; the other days need a board. Two statements, and little to read in them."""
    ids = [day.pk for day in days]
    visits = Visit.objects.filter(day__in=ids, shift__isnull=False).order_by()
    if without is not None:
        visits = visits.exclude(booking=without)
    periods = {
        shift_id: list(zip(starts, untils, strict=True))
        for shift_id, starts, untils in visits.values_list("shift_id").annotate(
            starts=ArrayAgg(EpochSeconds("starts_at")),
            untils=ArrayAgg(EpochSeconds("occupied_until")),
        )
    }
    seats: dict[int, list[Seat]] = {id_: [] for id_ in ids}
    for day_id, fact in shift_facts(ids):
        seats[day_id].append(seat_of(fact))
    found = {
        id_: all_free(((seat, periods.get(seat.id, ())) for seat in its_seats), demand, step)
        for id_, its_seats in seats.items()
    }
    return {id_: starts for id_, starts in found.items() if starts is not None}


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


def board_of_facts(facts: Iterable[ShiftFact]) -> Board:
    """The board of a day that is not laid out yet, and so has no visits."""
    return Board([seat_of(fact, number) for number, fact in enumerate(facts)], [])


def seat_of(fact: ShiftFact, number: int = 0) -> Seat:
    pause = None
    if fact.break_starts is not None and fact.break_ends is not None:
        pause = (fact.break_starts, fact.break_ends)
    return Seat(
        fact.id or uuid.UUID(int=number),
        fact.starts,
        fact.ends,
        pause,
        fact.qualification_ids,
        fact.withdrawn,
    )


def stands_still(day: AnyDay, today: dt.date) -> bool:
    """Seats of a settled day move only by a person's decision, and so do those of a day
    that has begun: people are on their way."""
    return day.is_settled or day.date <= today
