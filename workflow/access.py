"""Fetch work lists, visits and shifts for users with access, and log the access."""

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import NamedTuple

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils import timezone

from accounts.access import log_access, log_accesses
from accounts.models import AccessLogEntry, User
from accounts.roles import Role
from booking.access.close import closed_to, hide_close, refuse_close
from booking.models import CoverageAct, Visit, VisitRequest
from booking.queries import hide_former
from departments.access import department_for, employments_of
from departments.models import Absence, Day, Department, Employee, Shift, TimeAway
from departments.queries import care_workers, departments_to_mark, duties_of
from workflow import queries
from workflow.errors import (
    DayClosed,
    NotYourVisit,
    ReportedByAnother,
    TakenOff,
    VisitGone,
    WorkflowError,
)
from workflow.models import NoContact
from workflow.queries import DayAhead, ListOfVisits, MyDay, OwnUntoldDay, Stop

# Pages in the access log that show a carer's own lists.
OWN_LISTS = (
    "workflow:my_day",
    "workflow:visit",
    "workflow:report",
    "workflow:undo_report",
    "api:work_lists",
)
SEEN_LATELY = dt.timedelta(days=7)
MAX_DIGITS = 18  # of an id, so that it fits its column


def my_day_of(user: User, date: dt.date, *, what: str) -> MyDay:
    """A care worker's own day, with the names that they may read. Raises ``Http404`` for a past
    day on which the user had no shift or which is closed.

    When the user's role in a department has ended, their visits there are those that they can
    still report, without names. Without any role or such visit, ``Http404``.
    """
    if _acts_otherwise(user):
        raise Http404
    now = timezone.now()
    my_day = queries.my_day(user, date, now)
    working_in = {one.department_id for one in _roles(user, Employee.Role.CARE_WORKER)}
    my_day = replace(
        my_day,
        lists=list(_as_read(my_day.lists, working_in, user, now)),
        has_role=bool(working_in),
    )
    if not my_day.lists and (my_day.is_past or not my_day.has_role):
        raise Http404
    _record(user, my_day.lists, what=what)
    return my_day


def _as_read(
    lists: Iterable[ListOfVisits], working_in: set[uuid.UUID], user: User, now: dt.datetime
) -> Iterator[ListOfVisits]:
    """Each list as the carer may read it. ``working_in``: the departments of their roles."""
    for one in lists:
        if one.department.pk in working_in:
            is_read = queries.carer_reads_names(one.shift.day.date, one.shift.ends_at, now)
            yield one.without_names_of(closed_to(user)) if is_read else one.without_names()
        elif not one.shift.day.is_closed:
            told = [stop for stop in one.stops if _can_still_tell(stop, user, now)]
            if told:
                yield replace(one, stops=told).without_names()


def _can_still_tell(stop: Stop, user: User, now: dt.datetime) -> bool:
    """Whether somebody whose role has ended may report the visit, or has reported it."""
    is_own = stop.report is None or stop.report.by_id == user.pk
    return is_own and stop.reportable_from <= now


def _acts_otherwise(user: User) -> bool:
    """Whether the user is a carer now, but acts in another of their roles."""
    return Role.CARE_WORKER in user.roles_to_choose and not user.acts_as(Role.CARE_WORKER)


def can_still_tell(user: User) -> bool:
    """Whether a user without a role has visits that they can report or have reported, of days
    that are not closed."""
    if _acts_otherwise(user):
        return False
    if untold_days_of(user):
        return True
    today = queries.my_day(user, timezone.localdate(), timezone.now())
    return any(_as_read(today.lists, set(), user, today.now))


def days_ahead_of(user: User, after: dt.date) -> list[DayAhead]:
    """The user's coming shifts. Needs no access log entry: it names no recipient."""
    return queries.days_ahead(user, after)


def absences_ahead_of(user: User, after: dt.date) -> list[Absence]:
    """The user's own absences of the coming days."""
    return queries.absences_ahead(user, after)


def first_stop_of(user: User, date: dt.date) -> Stop | None:
    """The first visit of a coming day of the user's own. The access is logged."""
    lists = queries.my_day(user, date, timezone.now()).lists
    first = next(((one, one.stops[0]) for one in lists if one.stops), None)
    if first is None:
        return None
    one, stop = first
    if not queries.carer_reads_names(date, one.shift.ends_at, timezone.now()):
        return replace(stop, is_named=False)
    if stop.recipient.pk in closed_to(user):
        return replace(stop, is_named=False, is_closed=True)
    _record(user, [replace(one, stops=[stop])], what="workflow:my_day")
    return stop


def untold_days_of(user: User) -> list[OwnUntoldDay]:
    """Past days with visits that the user can still report. It names no recipient."""
    return queries.untold_days_of(user, timezone.now())


def stop_of(user: User, date: dt.date, visit_id: uuid.UUID, *, what: str) -> tuple[MyDay, Stop]:
    """A visit on the user's own list of that day.

    Raises ``NotYourVisit``, ``DayClosed`` or ``ReportedByAnother`` when the user had the
    visit, and ``Http404`` when they did not.
    """
    try:
        my_day = my_day_of(user, date, what=what)
        stop = my_day.stop(visit_id)
        if stop is not None:
            return my_day, stop
    except Http404:
        pass
    visit = (
        Visit.objects.filter(pk=visit_id)
        .select_related("booking", "day", "shift", "report__by")
        .first()
    )
    if visit and _is_own(user, visit) and visit.day.date != date and not visit.day.is_closed:
        # Last night's visit, from a page that was made after midnight.
        return stop_of(user, visit.day.date, visit_id, what=what)
    raise _why_not_on_list(user, date, visit)


def _why_not_on_list(user: User, date: dt.date, visit: Visit | None) -> WorkflowError:
    """Why a visit is no longer on the user's list. Raises ``Http404`` for a visit that the
    user never had."""
    if visit is None:
        # A visit that is moved or cancelled is deleted. Any id is answered like this, so
        # the answer says nothing about other people's visits.
        if Shift.objects.filter(person=user, day__date=date).exists():
            return VisitGone()
        raise Http404
    if _is_own(user, visit):
        return DayClosed() if visit.day.is_closed else NotYourVisit()
    if not _had_on_list(user, visit):
        raise Http404
    report = getattr(visit, "report", None)
    return ReportedByAnother(report) if report else TakenOff()


def _is_own(user: User, visit: Visit) -> bool:
    return visit.shift is not None and visit.shift.person_id == user.pk


def _had_on_list(user: User, visit: Visit) -> bool:
    """Whether the user has seen the visit's recipient on a list of their own lately."""
    return AccessLogEntry.objects.filter(
        actor=user,
        subject_id=visit.booking.recipient_id,
        department_id=visit.day.department_id,
        what__in=OWN_LISTS,
        at__gte=timezone.now() - SEEN_LATELY,
    ).exists()


def work_list_of(user: User, work_list_id: uuid.UUID, *, what: str) -> ListOfVisits:
    """The user's own list of today or tomorrow, or any list of a department the user
    administers."""
    found = queries.work_list(work_list_id)
    if found is None:
        raise Http404
    shift = found.shift
    is_read = queries.carer_reads_names(shift.day.date, shift.ends_at, timezone.now())
    works_in = {one.department_id for one in _roles(user, Employee.Role.CARE_WORKER)}
    if not (shift.person_id == user.pk and is_read and found.department.pk in works_in):
        administered = {one.department_id for one in _roles(user, Employee.Role.ADMINISTRATOR)}
        if found.department.pk not in administered:
            raise Http404
    found = found.without_names_of(closed_to(user))
    _record(user, [found], what=what)
    return found


def visit_of(department: Department, date: dt.date, visit_id: uuid.UUID) -> Visit:
    visits = Visit.objects.filter(day__department=department, day__date=date)
    return get_object_or_404(visits.select_related("day__department"), pk=visit_id)


def visit_to_report(
    department: Department, date: dt.date, visit_id: uuid.UUID, *, by: User, what: str
) -> Visit:
    """A visit of the department's day, with its report. The access is logged."""
    visit = get_object_or_404(
        Visit.objects.filter(day__department=department, day__date=date).select_related(
            "day", "booking__recipient", "booking__service", "shift__person", "report__by"
        ),
        pk=visit_id,
    )
    refuse_close(by, visit.booking.recipient_id)
    hide_former(department, date, [visit.booking])
    log_access(
        by=by,
        subject_id=visit.booking.recipient_id,
        what=what,
        department_id=department.pk,
    )
    return visit


def no_contact_of(
    user: User, department_id: uuid.UUID, no_contact_id: uuid.UUID, *, what: str
) -> NoContact:
    """A visit without contact, for the department's administrators, and until it is closed for
    whoever is its duty lead now, also of an earlier day. The access is logged."""
    found = NoContact.objects.filter(visit__day__department=department_id)
    try:
        department_for(user, department_id, Employee.Role.ADMINISTRATOR)
    except Http404:
        duties = duties_of(user, timezone.now())
        if department_id not in {duty.department.pk for duty in duties}:
            raise
        user.as_duty_lead = True
        found = found.filter(closed_at=None)
    no_contact = get_object_or_404(
        found.select_related(
            "visit__booking__recipient",
            "visit__booking__service",
            "visit__day__department",
            "visit__shift__person",
            "visit__report",
            "opened_by",
            "confirmed_by",
        ),
        pk=no_contact_id,
    )
    refuse_close(user, no_contact.visit.booking.recipient_id)
    log_access(
        by=user,
        subject_id=no_contact.visit.booking.recipient_id,
        what=what,
        department_id=department_id,
    )
    return no_contact


def no_contacts_led_by(user: User, *, what: str) -> list[NoContact]:
    """Visits without contact, also of earlier days, in the departments whose duty lead the user
    is now. The access is logged."""
    led = {duty.department for duty in duties_of(user, timezone.now())}
    found = list(queries.unclosed_no_contacts(led)) if led else []
    seen: dict[uuid.UUID, set[uuid.UUID]] = defaultdict(set)
    closed = hide_close(user, (one.visit.booking.recipient for one in found))
    for one in found:
        if one.visit.booking.recipient_id not in closed:
            seen[one.visit.day.department_id].add(one.visit.booking.recipient_id)
    before, user.as_duty_lead = user.as_duty_lead, True
    for department_id, subject_ids in seen.items():
        log_accesses(by=user, subject_ids=subject_ids, what=what, department_id=department_id)
    user.as_duty_lead = before
    return found


def day_of(department: Department, date: dt.date) -> Day:
    return get_object_or_404(Day, department=department, date=date)


def shift_of(department: Department, date: dt.date, shift_id: object) -> Shift:
    """``shift_id`` may be any input; Http404 when it is not an id of the day's shifts."""
    shifts = Shift.objects.filter(day__department=department, day__date=date)
    return get_object_or_404(shifts.select_related("day", "person"), pk=_uuid(shift_id))


def time_away_of(department: Department, date: dt.date, time_away_id: str) -> TimeAway | None:
    """A time away of the day's shifts; None when there is none, also when it has changed."""
    if not time_away_id.isdecimal() or len(time_away_id) > MAX_DIGITS:
        return None
    found = TimeAway.objects.filter(shift__day__department=department, shift__day__date=date)
    return found.filter(pk=time_away_id).first()


def care_worker_of(department: Department, date: dt.date, person_id: object) -> User:
    """``person_id`` may be any input; Http404 when it is no care worker's on that date."""
    return get_object_or_404(care_workers(department, date), pk=_uuid(person_id))


def is_duty_lead(user: User) -> bool:
    """Whether the user is the duty lead of some department now."""
    return bool(duties_of(user, timezone.now()))


class DutyPlace(NamedTuple):
    """A department's day. ``is_lead``: only the duty gives access to it."""

    department: Department
    date: dt.date
    is_lead: bool


def duty_places_of(user: User) -> list[DutyPlace]:
    """The days of which the user is duty lead now, and today of the departments that they
    administer. Raises ``Http404`` without any."""
    duties = duties_of(user, timezone.now())
    led = {(duty.department.pk, date): duty.department for duty in duties for date in duty.dates}
    today = timezone.localdate()
    administered = {(one.pk, today): one for one in departments_to_mark(user)}
    if not led and not administered:
        raise Http404
    mine = {one.pk for one in administered.values()}
    return [
        DutyPlace(department, date, is_lead=department.pk not in mine)
        for (_pk, date), department in {**led, **administered}.items()
    ]


def absence_on(department: Department, date: dt.date, absence_id: uuid.UUID) -> Absence:
    return get_object_or_404(queries.sickness_of_day(department, date), pk=absence_id)


def request_on(department: Department, date: dt.date, asked_id: uuid.UUID) -> VisitRequest:
    """What a person has asked about one of the day's visits."""
    found = VisitRequest.objects.filter(
        booking__service__department=department, booking__visits__day__date=date
    )
    related = ["booking__service", "booking__recipient"]
    return get_object_or_404(found.select_related(*related).distinct(), pk=asked_id)


def coverage_act_on(department: Department, date: dt.date, act_id: uuid.UUID) -> CoverageAct:
    acts = CoverageAct.objects.select_related("day")
    return get_object_or_404(acts, pk=act_id, day__department=department, day__date=date)


def _uuid(value: object) -> uuid.UUID:
    try:
        return uuid.UUID(str(value))
    except ValueError:
        raise Http404 from None


def _roles(user: User, role: str) -> list[Employee]:
    return [employment for employment in employments_of(user) if employment.role == role]


def _record(user: User, lists: Iterable[ListOfVisits], *, what: str) -> None:
    seen: dict[uuid.UUID, set[uuid.UUID]] = defaultdict(set)
    for one in lists:
        named = (stop.recipient.pk for stop in one.stops if stop.is_named)
        seen[one.department.pk].update(named)
    for department_id, subject_ids in seen.items():
        log_accesses(by=user, subject_ids=subject_ids, what=what, department_id=department_id)
