"""Fetch work lists, visits and shifts for users with access, and log the access."""

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Iterable

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils import timezone

from accounts.access import log_accesses
from accounts.models import User
from booking.models import Visit
from departments.access import employments_of
from departments.models import Department, Employee, Shift, TimeAway
from departments.queries import care_workers
from workflow import queries
from workflow.queries import DayAhead, ListOfVisits, MyDay, Stop
from workflow.queries.work_lists import LATE

MAX_DIGITS = 18  # of an id, so that it fits its column


def my_day_of(user: User, date: dt.date, *, what: str) -> MyDay:
    """A care worker's own day, today or later. Raises ``Http404`` for other users."""
    now = timezone.now()
    if date < timezone.localdate(now) or not _roles(user, Employee.Role.CARE_WORKER):
        raise Http404
    my_day = queries.my_day(user, date, now)
    _record(user, my_day.lists, what=what)
    return my_day


def days_ahead_of(user: User, after: dt.date) -> list[DayAhead]:
    """The user's coming shifts. Needs no access log entry: it names no recipient."""
    return queries.days_ahead(user, after)


def stop_of(user: User, date: dt.date, visit_id: uuid.UUID, *, what: str) -> tuple[MyDay, Stop]:
    """A visit on the user's own list of that day. Raises ``Http404``."""
    my_day = my_day_of(user, date, what=what)
    stop = my_day.stop(visit_id)
    if stop is None:
        raise Http404
    return my_day, stop


def work_list_of(user: User, work_list_id: uuid.UUID, *, what: str) -> ListOfVisits:
    """The user's own current list, or any list of a department the user administers."""
    found = queries.work_list(work_list_id)
    if found is None:
        raise Http404
    ends_at = found.shift.ends_at
    is_current = (
        timezone.localdate(ends_at) >= timezone.localdate() or ends_at > timezone.now() - LATE
    )
    is_own = found.shift.person_id == user.pk
    if not (is_own and is_current and _roles(user, Employee.Role.CARE_WORKER)):
        administered = {one.department_id for one in _roles(user, Employee.Role.ADMINISTRATOR)}
        if found.department.pk not in administered:
            raise Http404
    _record(user, [found], what=what)
    return found


def visit_of(department: Department, date: dt.date, visit_id: uuid.UUID) -> Visit:
    visits = Visit.objects.filter(day__department=department, day__date=date)
    return get_object_or_404(visits.select_related("day__department"), pk=visit_id)


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
        seen[one.department.pk].update(stop.recipient.pk for stop in one.stops)
    for department_id, subject_ids in seen.items():
        log_accesses(by=user, subject_ids=subject_ids, what=what, department_id=department_id)
