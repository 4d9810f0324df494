"""Work lists for carers: visits in order, with travel and breaks between them.

A visit is shown only while it is seated on the list's own shift: a list that is not yet
made again never shows another carer's visit.
"""

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from accounts.models import User
from booking.models import Recipient, Visit
from departments.hours import DAY, Interval, local_instant
from departments.models import Absence, Department, Shift
from departments.queries import taken_off
from workflow.models import Report, WorkItem, WorkList

LATE = dt.timedelta(hours=2)  # how long last night's shift is shown today after its end
AHEAD = dt.timedelta(days=14)
JUST = dt.timedelta(minutes=1)


@dataclass(frozen=True)
class Stop:
    """One visit on a list. Confidential fields are shown only when the visit is next.

    ``is_named`` is False when the reader may not read about the recipient: the name, the contact
    details and the note are empty then. Pages show ``name``, never the recipient's own fields.
    """

    visit: Visit
    with_whom: Sequence[str] = ()
    is_next: bool = False
    is_named: bool = True
    is_closed: bool = False  # is_named is False, because the reader is close to the recipient

    is_stop = True

    @property
    def recipient(self) -> Recipient:
        return self.visit.booking.recipient

    @property
    def report(self) -> Report | None:
        return getattr(self.visit, "report", None)

    @property
    def reportable_from(self) -> dt.datetime:
        return self.visit.starts_at - Report.OPENS

    @property
    def is_shielded(self) -> bool:
        """Whether the address is confidential, and shown when the visit is next."""
        return self.is_named and self.recipient.has_confidential_address and not self.is_next

    @property
    def name(self) -> str:
        return self.recipient.full_name if self.is_named else ""

    @property
    def given_name(self) -> str:
        return self.recipient.given_name if self.is_named else ""

    @property
    def note(self) -> str:
        return self.visit.booking.note if self.is_named else ""

    @property
    def phone(self) -> str:
        return self._contact_detail("phone")

    @property
    def address(self) -> str:
        return self._contact_detail("address")

    @property
    def directions(self) -> str:
        return self._contact_detail("directions")

    def _contact_detail(self, field: str) -> str:
        if not self.is_named or self.is_shielded:
            return ""
        value: str = getattr(self.recipient, field)
        return value


@dataclass(frozen=True)
class Leg:
    """The minutes of travel and of free time between two visits."""

    travel: int
    free: int

    is_stop = False


@dataclass(frozen=True)
class Pause:
    """The break, or a time away."""

    starts_at: dt.datetime
    ends_at: dt.datetime
    is_away: bool = False

    is_stop = False


Entry = Stop | Leg | Pause


@dataclass(frozen=True)
class ListOfVisits:
    """One shift's list. ``work_list`` is None until the day's plan is made.

    ``until`` is when the reader's name was taken off the shift: then these are the visits that
    had begun before, which they can still report.
    """

    shift: Shift
    stops: list[Stop]
    until: dt.datetime | None = None

    @property
    def work_list(self) -> WorkList | None:
        return None if self.until else getattr(self.shift, "work_list", None)

    @property
    def ends_at(self) -> dt.datetime:
        return self.until or self.shift.ends_at

    @property
    def department(self) -> Department:
        return self.shift.day.department

    @property
    def is_final(self) -> bool:
        return self.shift.day.settled_at is not None

    @property
    def is_named(self) -> bool:
        """Whether names are shown, but for those closed to the reader."""
        return all(stop.is_named or stop.is_closed for stop in self.stops)

    def without_names_of(self, closed: Collection[uuid.UUID]) -> "ListOfVisits":
        """Without the names of these recipients, to whom the reader is close."""
        if not closed:
            return self
        stops = [
            replace(stop, is_named=False, is_closed=True) if stop.recipient.pk in closed else stop
            for stop in self.stops
        ]
        return replace(self, stops=stops)

    def without_names(self) -> "ListOfVisits":
        return replace(self, stops=[replace(stop, is_named=False) for stop in self.stops])

    @property
    def entries(self) -> list[Entry]:
        return list(list_entries(self.stops, self.shift))

    def after(self, stop: Stop | None) -> list[Entry]:
        """The entries after ``stop``, or all entries without a report."""
        left = [one for one in self.stops if one.report is None]
        entries = list(list_entries(left, self.shift))
        if stop in left:
            return entries[entries.index(stop) + 1 :]
        return entries


class RemainingVisits(NamedTuple):
    visits: ListOfVisits
    entries: list[Entry]


@dataclass(frozen=True)
class MyDay:
    date: dt.date
    now: dt.datetime
    lists: list[ListOfVisits] = field(default_factory=list)
    is_away: bool = False
    has_role: bool = True  # False: the role has ended, and the visits are those to report

    @property
    def is_today(self) -> bool:
        return self.date == timezone.localdate(self.now)

    @property
    def is_past(self) -> bool:
        return self.date < timezone.localdate(self.now)

    @property
    def is_final(self) -> bool:
        return all(one.is_final for one in self.lists)

    @property
    def is_named(self) -> bool:
        return all(one.is_named for one in self.lists)

    @property
    def stops(self) -> list[Stop]:
        return [stop for one in self.lists for stop in one.stops]

    @property
    def reported(self) -> list[Stop]:
        return [stop for stop in self.stops if stop.report is not None]

    @property
    def next(self) -> Stop | None:
        return next((stop for stop in self.stops if stop.is_next), None)

    @property
    def just_reported(self) -> Stop | None:
        """The visit that was reported in the last minute, if any."""
        lately = self.now - JUST
        found = [stop for stop in self.stops if stop.report and stop.report.at > lately]
        return max(found, key=lambda stop: stop.report.at if stop.report else lately, default=None)

    @property
    def minutes_until_next(self) -> int:
        """Rounded up. Zero or negative once it has begun."""
        assert self.next is not None
        return -int((self.now - self.next.visit.starts_at).total_seconds() // 60)

    @property
    def can_report_next(self) -> bool:
        return self.next is not None and self.can_report(self.next)

    @property
    def next_is_over(self) -> bool:
        return self.next is not None and self.next.visit.ends_at <= self.now

    @property
    def remaining(self) -> list[RemainingVisits]:
        """What is still to come on each list; lists with nothing left are not included."""
        remaining = [RemainingVisits(one, one.after(self.next)) for one in self.lists]
        return [one for one in remaining if one.entries]

    @property
    def ends_at(self) -> dt.datetime:
        return max(one.ends_at for one in self.lists)

    def can_report(self, stop: Stop) -> bool:
        """Whether the carer may report the visit now."""
        is_closed = any(one.shift.day.is_closed for one in self.lists if stop in one.stops)
        return stop.reportable_from <= self.now and not is_closed

    def department_of(self, stop: Stop) -> Department:
        return next(one.department for one in self.lists if stop in one.stops)

    def stop(self, visit_id: uuid.UUID) -> Stop | None:
        return next((stop for stop in self.stops if stop.visit.pk == visit_id), None)


def carer_reads_names(date: dt.date, ends_at: dt.datetime, now: dt.datetime) -> bool:
    """Whether carers may read whom they visit on a shift of this date that ends at ``ends_at``:
    today and tomorrow, and last night's until ``LATE`` after its end."""
    today = timezone.localdate(now)
    return today <= date <= today + DAY or (date == today - DAY and ends_at > now - LATE)


@dataclass(frozen=True)
class DayAhead:
    shift: Shift
    visits: int

    @property
    def is_final(self) -> bool:
        return self.shift.day.settled_at is not None


def my_day(person: User, date: dt.date, now: dt.datetime) -> MyDay:
    """The person's own lists of one day, earliest first. Of a past day, those that are not
    closed.

    Today includes last night's shift until ``LATE`` after its end. The first visit without
    a report is marked as next, today only. Visits that had begun before the person's name was
    taken off their shift follow in lists of their own.
    """
    on_date = Q(day__date=date)
    today = timezone.localdate(now)
    is_today = date == today
    if date < today:
        on_date &= Q(day__closed_at__isnull=True)
    if is_today:
        on_date |= Q(day__date=date - dt.timedelta(days=1), ends_at__gt=now - LATE)
    was_on = taken_off(person.pk).filter(object_id=OuterRef("pk"), at__gt=OuterRef("starts_at"))
    shifts_on_date = Shift.objects.filter(on_date, Q(person=person) | Exists(was_on))
    found = _with_lists(shifts_on_date).annotate(until=Subquery(was_on.values("at")[:1]))
    shifts = [shift for shift in found if shift.person_id == person.pk]
    at_work = [shift for shift in shifts if not shift.is_withdrawn]
    until = {shift.pk: shift.until for shift in found if shift.person_id != person.pk}
    lists = _lists([*at_work, *(shift for shift in found if shift.pk in until)])
    lists, earlier = lists[: len(at_work)], lists[len(at_work) :]
    if is_today:
        lists = list(_mark_next(lists))
    begun = (_begun_before(one, until[one.shift.pk]) for one in earlier)
    lists += [one for one in begun if one.stops]
    return MyDay(date=date, now=now, lists=lists, is_away=_is_away(person, date, now, shifts))


def _is_away(person: User, date: dt.date, now: dt.datetime, shifts: Sequence[Shift]) -> bool:
    """Whether an absence leaves the person nothing of the day's shifts from now on. Without
    shifts, whether they are away on the day: somebody else's name may be on their shift."""
    if not shifts:
        zone = timezone.get_default_timezone()
        first, end = (local_instant(one, dt.time(), zone) for one in (date, date + DAY))
        away = Absence.objects.filter(person=person, starts_at__lt=end, ends_at__gt=first)
        return away.exists()
    if all(shift.is_withdrawn for shift in shifts):
        return True
    left = [
        (Interval(max(now, shift.starts_at), shift.ends_at), shift.times_off)
        for shift in shifts
        if shift.ends_at > now
    ]
    return bool(left) and all(
        any(away.contains(rest) for away in times_off) for rest, times_off in left
    )


def _begun_before(one: ListOfVisits, until: dt.datetime) -> ListOfVisits:
    stops = [stop for stop in one.stops if stop.visit.starts_at < until]
    return replace(one, stops=stops, until=until)


def days_ahead(person: User, after: dt.date) -> list[DayAhead]:
    """The person's coming shifts and their number of visits so far."""
    shifts = (
        Shift.objects.filter(
            person=person,
            is_withdrawn=False,
            day__date__gt=after,
            day__date__lte=after + AHEAD,
        )
        .select_related("day__department")
        .annotate(visits=Count("work_list__items"))
        .order_by("starts_at")
    )
    return [DayAhead(shift=shift, visits=shift.visits) for shift in shifts]


def absences_ahead(person: User, after: dt.date) -> list[Absence]:
    """The person's absences on the days of ``days_ahead``, from midnight after ``after``."""
    zone = timezone.get_default_timezone()
    first, end = (local_instant(after + days, dt.time(), zone) for days in (DAY, AHEAD + DAY))
    found = Absence.objects.filter(person=person, starts_at__lt=end, ends_at__gt=first)
    return list(found.order_by("starts_at"))


def work_list(work_list_id: uuid.UUID) -> ListOfVisits | None:
    """One list, of any person."""
    shifts = list(_with_lists(Shift.objects.filter(work_list=work_list_id)))
    return _lists(shifts)[0] if shifts else None


def work_list_of_shift(shift_id: uuid.UUID | None) -> WorkList | None:
    return WorkList.objects.filter(shift=shift_id).first()


def list_entries(stops: Sequence[Stop], shift: Shift) -> Iterator[Entry]:
    """The stops of one shift with travel, free time, the break and times away between them.

    08:00–09:00 visit │ 15 min travel, 30 min free │ 10:00–10:30 break │ 10:30 visit
    """
    pauses = _pauses(shift)
    before: Visit | None = None
    for stop in stops:
        visit = stop.visit
        between = [pause for pause in pauses if pause.starts_at < visit.starts_at]
        pauses = pauses[len(between) :]
        if before is not None:
            rest = sum((pause.ends_at - pause.starts_at for pause in between), dt.timedelta())
            leg = _leg(before, visit.starts_at - before.ends_at - rest)
            if leg.travel or leg.free:
                yield leg
        yield from between
        yield stop
        before = visit
    if stops:
        yield from pauses


def _leg(before: Visit, gap: dt.timedelta) -> Leg:
    minutes = max(0, int(gap.total_seconds() // 60))
    travel = int((before.occupied_until - before.ends_at).total_seconds() // 60)
    return Leg(travel=min(travel, minutes), free=max(0, minutes - travel))


def _pauses(shift: Shift) -> list[Pause]:
    """The break and the times away, in order. A time away replaces a break that it overlaps."""
    away = shift.times_off
    pauses = [Pause(period.start, period.end, is_away=True) for period in away]
    rest = shift.pause
    if rest is not None and not any(rest.overlaps(period) for period in away):
        pauses.append(Pause(rest.start, rest.end))
    return sorted(pauses, key=lambda pause: pause.starts_at)


def _with_lists(shifts: QuerySet[Shift]) -> QuerySet[Shift]:
    return shifts.select_related("day__department", "person", "work_list").order_by("starts_at")


def _lists(shifts: Collection[Shift]) -> list[ListOfVisits]:
    items = (
        WorkItem.objects.filter(
            work_list__shift__in=[shift.pk for shift in shifts],
            visit__shift=F("work_list__shift"),
        )
        .select_related("visit__booking__recipient", "visit__booking__service", "visit__report")
        .order_by("position")
    )
    visits: dict[uuid.UUID | None, list[Visit]] = defaultdict(list)
    for item in items:
        visits[item.visit.shift_id].append(item.visit)
    company = _company([visit for some in visits.values() for visit in some])
    return [
        ListOfVisits(
            shift=shift,
            stops=[
                Stop(visit=visit, with_whom=company.get(visit.pk, ()))
                for visit in visits[shift.pk]
            ],
        )
        for shift in shifts
    ]


def _company(visits: Collection[Visit]) -> dict[uuid.UUID, list[str]]:
    """The names of the other carers, for visits that need more than one."""
    shared = {visit.booking_id for visit in visits if visit.booking.carers > 1}
    if not shared:
        return {}
    carers = list(
        Visit.objects.filter(booking__in=shared, shift__person__isnull=False).select_related(
            "shift__person"
        )
    )
    return {
        visit.pk: [
            str(other.shift.person)
            for other in carers
            if other.shift
            and other.booking_id == visit.booking_id
            and other.starts_at == visit.starts_at
            and other.pk != visit.pk
        ]
        for visit in visits
        if visit.booking_id in shared
    }


def _mark_next(lists: Collection[ListOfVisits]) -> Iterator[ListOfVisits]:
    is_found = False
    for one in lists:
        stops = []
        for stop in one.stops:
            is_next = not is_found and stop.report is None
            is_found = is_found or is_next
            stops.append(replace(stop, is_next=is_next))
        yield replace(one, stops=stops)
