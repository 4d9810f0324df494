"""Make each day's work lists, and settle them.

A plan is made for a revision of its Day. A beat task finds days that are stale or due, so
every plan becomes right without a caller. All actions may run twice.
"""

import datetime as dt
import logging
import uuid
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from django.db import transaction
from django.utils import timezone

from booking.actions import book_kept_on
from departments.actions import bump_revision
from departments.hours import local_instant
from departments.models import Day
from workflow import planner
from workflow.models import DayPlan, WorkItem, WorkList
from workflow.queries.planning import planning_input, stale_days

log = logging.getLogger(__name__)


class _Place(NamedTuple):
    """A visit's place on a work list."""

    work_list_id: uuid.UUID
    position: int


def make_plan(*, day_id: int) -> None:
    """Bring the day's work lists up to its revision. Does nothing when they are.

    Solving holds no lock. When the day has changed meanwhile, the solution is discarded and
    the lists are made from the current seats, under the lock. So lists are made however
    fast bookings arrive.
    """
    day = Day.objects.filter(pk=day_id, laid_out_at__isnull=False).first()
    if day is None or DayPlan.objects.filter(day=day, revision=day.revision).exists():
        return
    known = planning_input(day)
    plan = planner.plan(known.facts, known.seats)
    with transaction.atomic():
        day = Day.objects.select_for_update().get(pk=day_id)
        if day.revision == known.revision:
            _write(day, known.facts, plan)
        else:
            _write_seats(day)


def plan_stale_days(*, limit: int = 50) -> int:
    """Plan stale days, at most ``limit``; return their number.

    Skips a day that is locked: the transaction that changes it requests a plan afterwards.
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
    """Publish the day's plan. From then on, seats change only by a person's decision. Agreed
    times that are still kept are booked first, so that carers have them on their lists.

    Returns False when it was settled already.
    """
    book_kept_on(day_id=day_id)
    with transaction.atomic():
        day = Day.objects.select_for_update().get(pk=day_id)
        if day.settled_at is not None:
            return False
        day.settled_at = timezone.now()
        day.save(update_fields=["settled_at"])
        # Settling changes which times are free, so the revision rises.
        bump_revision(day)
        _write_seats(day)
    return True


def settle_due_days() -> int:
    """Settle every day that is due, also hours late; return their number."""
    due = list(_due(timezone.now()))
    _for_each(due, settle)
    return len(due)


def _due(now: dt.datetime) -> Iterator[int]:
    """Days whose settling time on the evening before has passed, from today on."""
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


def _for_each(day_ids: Iterable[int], action: Callable[..., object]) -> None:
    """Log a day that fails and continue; the next run tries it again."""
    for day_id in day_ids:
        try:
            action(day_id=day_id)
        except Exception:
            log.exception("%s failed for day %s", action.__name__, day_id)


def _write_seats(day: Day) -> None:
    known = planning_input(day)
    _write(day, known.facts, planner.plan(known.facts, known.seats))


def _write(day: Day, facts: planner.PlanningDay, plan: planner.Plan) -> None:
    """Make the rows match the plan; write only those that differ.

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
        visit.id: _Place(lists[shift_id].pk, position)
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
        if place is not None and place != _Place(item.work_list_id, item.position):
            item.work_list_id, item.position = place
            moved.append(item)
    WorkItem.objects.bulk_update(moved, ["work_list", "position"])
    WorkItem.objects.bulk_create(
        WorkItem(visit_id=visit_id, work_list_id=place.work_list_id, position=place.position)
        for visit_id, place in places.items()
    )
