"""What was done to cover a day, and whether it can still be undone."""

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from booking import outcomes
from booking.models import Booking, CoverageAct, Visit
from departments.models import Department, Shift


@dataclass(frozen=True)
class UndoneSeats:
    """The visits of an act, and the shift that each had before, None without one."""

    visits: Mapping[uuid.UUID, Visit]
    before: Mapping[uuid.UUID, Shift | None]


def act_to_undo(department: Department, date: dt.date, now: dt.datetime) -> CoverageAct | None:
    """The day's latest, unless somebody has acted on it since. One statement without any."""
    acts = CoverageAct.objects.filter(day__department=department, day__date=date, undone_at=None)
    last = acts.select_related("by").order_by("at").last()
    return last if last and seats_before(last, now) else None


def seats_before(act: CoverageAct, now: dt.datetime) -> UndoneSeats | None:
    """None when somebody has acted on it since: a visit has begun, has another carer, time or
    a report; a carer who had one is away; or a cancelled visit is booked again, or over."""
    ids = [uuid.UUID(one["visit"]) for one in act.given]
    visits = (
        Visit.objects.filter(day=act.day_id, starts_at__gt=now)
        .select_related("booking__service", "shift")
        .in_bulk(ids)
    )
    shifts = Shift.objects.filter(day=act.day_id, person__isnull=False, is_withdrawn=False)
    earlier = shifts.in_bulk([uuid.UUID(one["before"]) for one in act.given if one["before"]])
    before: dict[uuid.UUID, Shift | None] = {}
    for one in act.given:
        visit, had = visits.get(uuid.UUID(one["visit"])), one["before"]
        if visit is None or visit.is_pinned or str(visit.shift_id) != one["after"]:
            return None
        if had and uuid.UUID(had) not in earlier:
            return None
        before[visit.pk] = earlier[uuid.UUID(had)] if had else None
    lost = Booking.objects.filter(
        pk__in=act.lost, status=Booking.Status.CANCELLED, starts_at__gt=now
    )
    if len(act.lost) > lost.count():
        return None
    if outcomes.registered().reported(visits.keys()):
        return None
    return UndoneSeats(visits, before)
