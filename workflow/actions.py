"""Making each day's lists, settling them, and telling what happened.

Plans follow the Day's revision. Nobody calls these for a plan to become right in the
end: a beat task finds what is stale or due, and everything here may run twice.
"""

import datetime as dt
import logging
import uuid
from collections.abc import Callable, Iterable, Iterator

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from booking.models import Visit
from departments.actions.days import bump_revision
from departments.hours import local_instant
from departments.models import Day, Employee
from workflow import planner
from workflow.errors import NotYet, NotYourVisit
from workflow.models import DayPlan, Report, WorkItem, WorkList
from workflow.queries.planning import DayAsItStands, as_it_stands, stale_days

log = logging.getLogger(__name__)


def make_plan(*, day_id: int) -> None:
    """Bring the day's work lists up to its revision; nothing to do when they are.

    Solving holds no lock. When the day changed meanwhile the answer is thrown away and
    the seats become the lists as they stand, under the lock: however fast bookings come,
    their lists come too.
    """
    day = Day.objects.filter(pk=day_id, laid_out_at__isnull=False).first()
    if day is None or DayPlan.objects.filter(day=day, revision=day.revision).exists():
        return
    known = as_it_stands(day)
    plan = planner.plan(known.facts, known.seats)
    with transaction.atomic():
        day = Day.objects.select_for_update().get(pk=day_id)
        if day.revision == known.revision:
            _write(day, known.facts, plan)
        else:
            _write_seats(day)


def plan_stale_days(*, limit: int = 50) -> int:
    """Plan the days that need it, at most ``limit``; how many there were.

    A day somebody is changing at this moment is left to whoever rings after it.
    """
    with transaction.atomic():
        found = list(
            stale_days()
            .select_for_update(skip_locked=True, of=("self",))
            .values_list("pk", flat=True)[:limit]
        )
    _for_each(found, make_plan)
    return len(found)


def settle(*, day_id: int) -> bool:
    """Publish the day's plan: from now on seats move only by a person's decision.

    False when it was published already.
    """
    with transaction.atomic():
        day = Day.objects.select_for_update().get(pk=day_id)
        if day.settled_at is not None:
            return False
        day.settled_at = timezone.now()
        day.save(update_fields=["settled_at"])
        # What is free changes with it, so the revision rises; the plan follows at once.
        bump_revision(day)
        _write_seats(day)
    return True


def settle_due_days() -> int:
    """Settle every day whose hour has come, also hours late; how many there were."""
    due = list(_due(timezone.now()))
    _for_each(due, settle)
    return len(due)


def report(*, visit: Visit, outcome: str, by: User) -> Report:
    """Tell what happened; telling again replaces what was told.

    For whoever has the visit on their list, and the department's administrators.
    """
    with transaction.atomic():
        # The lock keeps the visit from moving to somebody else's list meanwhile.
        found = (
            Visit.objects.select_for_update(of=("self",), no_key=True)
            .filter(pk=visit.pk)
            .values_list("starts_at", "shift__person_id", "day__department_id")
            .first()
        )
        if found is None:
            raise NotYourVisit
        starts_at, person_id, department_id = found
        if person_id != by.pk and not _is_administrator(by, department_id):
            raise NotYourVisit
        now = timezone.now()
        if starts_at > now:
            raise NotYet
        told, _ = Report.objects.update_or_create(
            visit=visit, defaults={"outcome": Report.Outcome(outcome), "by": by, "at": now}
        )
    return told


def _is_administrator(user: User, department_id: uuid.UUID) -> bool:
    return (
        Employee.objects.administrators()
        .active(timezone.localdate())
        .filter(person=user, department=department_id)
        .exists()
    )


def _due(now: dt.datetime) -> Iterator[int]:
    """Days whose settling time, on the evening before, has come. A worker that was away
    finds today's too; days gone by are left as they are."""
    here = timezone.get_default_timezone()
    today = timezone.localdate(now)
    for day in Day.objects.filter(
        settled_at__isnull=True,
        laid_out_at__isnull=False,
        date__range=(today, today + dt.timedelta(days=1)),
    ).select_related("department"):
        evening_before = day.date - dt.timedelta(days=1)
        if local_instant(evening_before, day.department.settling_time, here) <= now:
            yield day.pk


def _for_each(day_ids: Iterable[int], verb: Callable[..., object]) -> None:
    """A day that fails is logged and tried in the next round; the others don't wait for it."""
    for day_id in day_ids:
        try:
            verb(day_id=day_id)
        except Exception:
            log.exception("%s failed for day %s", verb.__name__, day_id)


def _write_seats(day: Day) -> None:
    known: DayAsItStands = as_it_stands(day)
    _write(day, known.facts, planner.plan(known.facts, known.seats))


def _write(day: Day, facts: planner.PlanningDay, plan: planner.Plan) -> None:
    """Make the rows what the plan says, touching only those that differ.

    The caller holds the Day's lock, and the plan was made from its revision.
    """
    made, _ = DayPlan.objects.update_or_create(
        day=day,
        defaults={
            "revision": day.revision,
            "made_at": timezone.now(),
            "objective": plan.objective,
            "bound": plan.bound,
        },
    )
    wanted = planner.lists(facts, plan.assignment)

    lists = {row.shift_id: row for row in WorkList.objects.filter(plan=made)}
    gone = [row.pk for shift_id, row in lists.items() if shift_id not in wanted]
    if gone:
        WorkList.objects.filter(pk__in=gone).delete()
    new = [WorkList(plan=made, shift_id=shift_id) for shift_id in wanted if shift_id not in lists]
    lists.update((row.shift_id, row) for row in WorkList.objects.bulk_create(new))

    places = {
        visit.id: (lists[shift_id].pk, position)
        for shift_id, visits in wanted.items()
        for position, visit in enumerate(visits, start=1)
    }
    items = {item.visit_id: item for item in WorkItem.objects.filter(work_list__plan=made)}
    surplus = [item.pk for visit_id, item in items.items() if visit_id not in places]
    if surplus:
        WorkItem.objects.filter(pk__in=surplus).delete()
    moved = []
    for visit_id, item in items.items():
        place = places.pop(visit_id, None)
        if place is not None and place != (item.work_list_id, item.position):
            item.work_list_id, item.position = place
            moved.append(item)
    WorkItem.objects.bulk_update(moved, ["work_list", "position"])
    WorkItem.objects.bulk_create(
        WorkItem(visit_id=visit_id, work_list_id=list_id, position=position)
        for visit_id, (list_id, position) in places.items()
    )
