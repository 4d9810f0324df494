"""Checks of the rows in the database after a test, by the independent checker.

Nothing here uses the code that seats visits or makes plans: rows are read and compared.
"""

import itertools
from collections import defaultdict
from dataclasses import dataclass, replace

from django.db import connection
from django.db.models import F
from django.utils import timezone

from booking.models import Booking, Visit
from booking.seating import values
from booking.seating.day_seating import DaySeating
from departments.models import Shift
from tests.booking.checker import MINUTE, faults
from workflow.models import DayPlan, WorkItem


def are_empty(*models):
    """Whether there is nothing to look at, by one cheap statement."""
    tables = [f"EXISTS (SELECT FROM {model._meta.db_table})" for model in models]
    with connection.cursor() as cursor:
        cursor.execute("SELECT " + " OR ".join(tables))
        return not cursor.fetchone()[0]


def broken_seats(*, still_to_come=False):
    """The faults in the seats of all days. ``still_to_come`` checks future visits alone: those
    that have begun keep their seat, whatever happens to the shift."""
    visits = (
        Visit.objects.select_related("shift", "booking__service")
        .prefetch_related("booking__service__qualifications", "shift__times_away")
        .order_by("day")
    )
    if still_to_come:
        visits = visits.filter(starts_at__gt=timezone.now())
    found = []
    for day_id, group in itertools.groupby(visits, key=lambda visit: visit.day_id):
        its_visits = list(group)
        seats = {visit.shift_id: visit.shift for visit in its_visits if visit.shift}
        found += faults(
            [_Seat(shift) for shift in seats.values()],
            [_Visit(visit) for visit in its_visits],
            {visit.pk: visit.shift_id for visit in its_visits},
        )
        found += [
            f"{shift.pk}: other times away than its rows"
            for shift in seats.values()
            if [_seconds(instant) for instant in shift.away]
            != [second for span in _Seat(shift).away for second in span]
        ]
        found += [
            f"{visit.pk}: on a shift of another day"
            for visit in its_visits
            if visit.shift and visit.shift.day_id != day_id
        ]
    return found


def broken_lists():
    """The faults in the lists of up-to-date plans. Each visit of a confirmed booking is on its
    shift's list, once and in order of time, or on none without a shift. Nothing else is on a
    list."""
    found = []
    for plan in DayPlan.objects.filter(revision=F("day__revision")):
        wanted = defaultdict(list)
        for visit in Visit.objects.filter(
            day=plan.day_id, shift__isnull=False, booking__status=Booking.Status.BOOKED
        ):
            wanted[visit.shift_id].append(visit)
        items = WorkItem.objects.filter(work_list__plan=plan).select_related("work_list")
        lists = defaultdict(list)
        for item in sorted(items, key=lambda item: item.position):
            lists[item.work_list.shift_id].append(item.visit_id)
        for shift_id in wanted.keys() | lists.keys():
            in_order = sorted(
                wanted[shift_id], key=lambda visit: (visit.starts_at, visit.ends_at, visit.pk)
            )
            if [visit.pk for visit in in_order] != lists[shift_id]:
                found.append(f"the list of shift {shift_id} is not what its shift has")
    return found


@dataclass(frozen=True)
class DayOfRows:
    """One day as values of ``booking.seating``, read from the rows without the queries under test.
    On a settled day no visit moves."""

    seats: list[values.Seat]
    visits: list[values.Visit]
    stands_still: bool

    @property
    def seated(self):
        return [visit for visit in self.visits if visit.seat is not None]

    def ask(self, demand, step):
        seating = DaySeating(self.seats, self.visits, is_settled=self.stands_still)
        answer = seating.starts(demand, step)
        assert seating.starts(demand, step) == answer
        return answer

    def shuffled(self, rng):
        seats, visits = list(self.seats), list(self.visits)
        rng.shuffle(seats)
        rng.shuffle(visits)
        return replace(self, seats=seats, visits=visits)


def board_of(day, *, stands_still=False):
    seats = [
        values.Seat(
            one.id,
            one.starts,
            one.ends,
            one.pauses,
            frozenset(one.qualifications),
            one.is_withdrawn,
        )
        for one in map(_Seat, Shift.objects.filter(day=day))
    ]
    visits = [
        values.Visit(
            one.id,
            one.starts,
            one.ends,
            one.occupied_until,
            frozenset(one.needs),
            row.shift_id,
            row.is_pinned or stands_still,
        )
        for row in Visit.objects.filter(day=day)
        .select_related("booking__service")
        .prefetch_related("booking__service__qualifications")
        for one in [_Visit(row)]
    ]
    return DayOfRows(seats, visits, stands_still)


class _Seat:
    def __init__(self, shift):
        self.id = shift.pk
        self.starts, self.ends = _seconds(shift.starts_at), _seconds(shift.ends_at)
        minutes = set()
        for absence in shift.times_away.all():
            minutes |= set(range(_seconds(absence.starts_at), _seconds(absence.ends_at), MINUTE))
        self.away = _spans(minutes)
        if shift.break_starts_at:
            minutes |= set(
                range(_seconds(shift.break_starts_at), _seconds(shift.break_ends_at), MINUTE)
            )
        self.pauses = _spans(minutes)
        self.qualifications = set(shift.qualification_ids)
        self.is_withdrawn = self.away == ((self.starts, self.ends),)


class _Visit:
    def __init__(self, visit):
        self.id = visit.pk
        self.starts, self.ends = _seconds(visit.starts_at), _seconds(visit.ends_at)
        self.occupied_until = _seconds(visit.occupied_until)
        self.needs = {one.pk for one in visit.booking.service.qualifications.all()}


def _spans(minutes):
    """The minutes as (from, to) pairs, in order and apart from each other."""
    starts = sorted(minute for minute in minutes if minute - MINUTE not in minutes)
    ends = sorted(minute + MINUTE for minute in minutes if minute + MINUTE not in minutes)
    return tuple(zip(starts, ends, strict=True))


def _seconds(instant):
    return int(instant.timestamp())
