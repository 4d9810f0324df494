"""The planner's input, and the days that need a plan."""

import datetime as dt
import uuid
from dataclasses import dataclass

from django.db.models import F, Q, QuerySet
from django.utils import timezone

from booking.models import Booking, Visit
from database.expressions import EpochSeconds
from departments.hours import local_instant
from departments.models import Day, Shift
from workflow import planner

SEEN_WITHIN = dt.timedelta(days=28)


@dataclass(frozen=True)
class PlanningInput:
    """``seats`` were read after ``revision``: they are valid while it is unchanged."""

    revision: int
    facts: planner.PlanningDay
    seats: dict[uuid.UUID, uuid.UUID | None]


def stale_days() -> QuerySet[Day]:
    """Laid-out days whose plan is missing or has another revision, today first."""
    return (
        Day.objects.filter(laid_out_at__isnull=False)
        .filter(Q(plan__isnull=True) | ~Q(plan__revision=F("revision")))
        .alias(is_past=Q(date__lt=timezone.localdate()))
        .order_by("is_past", "date", "pk")
    )


def planning_input(day: Day) -> PlanningInput:
    """Read a day's shifts and visits. ``day`` itself was read in an earlier statement."""
    shifts = [
        planner.Shift(id=id_, person_id=person_id, starts=starts, ends=ends)
        for id_, person_id, starts, ends in Shift.objects.filter(day=day)
        .order_by("pk")
        .values_list("pk", "person_id", EpochSeconds("starts_at"), EpochSeconds("ends_at"))
    ]
    shift_ids = {shift.id for shift in shifts}
    visits, seats = [], {}
    for id_, recipient_id, shift_id, starts, ends, occupied_until in (
        Visit.objects.filter(day=day)
        .exclude(booking__status=Booking.Status.KEPT)  # on no work list until it is booked
        .order_by("pk")
        .values_list(
            "pk",
            "booking__recipient_id",
            "shift_id",
            EpochSeconds("starts_at"),
            EpochSeconds("ends_at"),
            EpochSeconds("occupied_until"),
        )
    ):
        visits.append(
            planner.Visit(
                id=id_,
                recipient_id=recipient_id,
                starts=starts,
                ends=ends,
                travel=occupied_until - ends,
            )
        )
        # The shift may be newer than the statement above. Then the revision differs too, and
        # the caller discards this.
        seats[id_] = shift_id if shift_id in shift_ids else None
    return PlanningInput(
        revision=day.revision,
        facts=planner.PlanningDay(shifts=shifts, visits=visits, seen=_seen(day, shifts, visits)),
        seats=seats,
    )


def _seen(
    day: Day, shifts: list[planner.Shift], visits: list[planner.Visit]
) -> frozenset[tuple[uuid.UUID, uuid.UUID]]:
    """(person, recipient) who met in the four weeks before the day."""
    people = {shift.person_id for shift in shifts if shift.person_id}
    if not people or not visits:
        return frozenset()
    begins = local_instant(day.date, dt.time(), timezone.get_default_timezone())
    met = Visit.objects.filter(
        booking__recipient__in={visit.recipient_id for visit in visits},
        booking__starts_at__gte=begins - SEEN_WITHIN,
        booking__starts_at__lt=begins,
        shift__person__in=people,
    ).values_list("shift__person_id", "booking__recipient_id")
    return frozenset((person_id, recipient_id) for person_id, recipient_id in met if person_id)
