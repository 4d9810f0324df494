"""Fetching work lists for those who may read them. Each look at a person is logged."""

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Iterable

from django.http import Http404
from django.utils import timezone

from accounts.access import log_accesses
from accounts.models import User
from departments.access import employments_of
from departments.models import Employee
from workflow.queries import work_lists
from workflow.queries.work_lists import DayAhead, ListOfVisits, MyDay, Stop


def my_day_of(user: User, date: dt.date, *, what: str) -> MyDay:
    """A care worker's own day, today or later; Http404 for everybody else."""
    now = timezone.now()
    if date < timezone.localdate(now) or not _roles(user, Employee.Role.CARE_WORKER):
        raise Http404
    my_day = work_lists.my_day(user, date, now)
    _record(user, my_day.lists, what=what)
    return my_day


def days_ahead_of(user: User, after: dt.date) -> list[DayAhead]:
    """Tells of hours and numbers, and so of nobody."""
    return work_lists.days_ahead(user, after)


def stop_of(user: User, date: dt.date, visit_id: uuid.UUID, *, what: str) -> tuple[MyDay, Stop]:
    """A visit on the user's own list of that day."""
    my_day = my_day_of(user, date, what=what)
    stop = my_day.stop(visit_id)
    if stop is None:
        raise Http404
    return my_day, stop


def work_list_of(user: User, work_list_id: uuid.UUID, *, what: str) -> ListOfVisits:
    """One's own list from today on, or any list of a department one administers."""
    found = work_lists.work_list(work_list_id)
    if found is None:
        raise Http404
    ends_at = found.shift.ends_at
    is_current = (
        timezone.localdate(ends_at) >= timezone.localdate()
        or ends_at > timezone.now() - work_lists.LATE
    )
    is_own = found.shift.person_id == user.pk
    if not (is_own and is_current and _roles(user, Employee.Role.CARE_WORKER)):
        administered = {one.department_id for one in _roles(user, Employee.Role.ADMINISTRATOR)}
        if found.department.pk not in administered:
            raise Http404
    _record(user, [found], what=what)
    return found


def _roles(user: User, role: str) -> list[Employee]:
    return [employment for employment in employments_of(user) if employment.role == role]


def _record(user: User, lists: Iterable[ListOfVisits], *, what: str) -> None:
    seen: dict[uuid.UUID, set[uuid.UUID]] = defaultdict(set)
    for one in lists:
        seen[one.department.pk].update(stop.recipient.pk for stop in one.stops)
    for department_id, subject_ids in seen.items():
        log_accesses(by=user, subject_ids=subject_ids, what=what, department_id=department_id)
