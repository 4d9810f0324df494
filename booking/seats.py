"""The visits on shifts, for the departments app (``departments.seats.Seats``)."""

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from functools import partial

from django.db import transaction
from django.db.models import Count, Q
from django.utils import timezone

from accounts.models import User
from booking import actions, queries
from booking.access.close import closed_to
from booking.actions.patterns import day_to_plan
from booking.models import Visit
from database.expressions import EpochSeconds
from departments.hours import DAY, Interval
from departments.models import Day, Department
from departments.seats import Reseated, VisitCounts


def _try_missing(day_id: int) -> None:
    day = Day.objects.select_related("department").get(pk=day_id)
    if queries.not_planned(day.department, day.date, day.date + DAY):
        day_to_plan.send_robust(sender=Day, day_id=day_id)


class SeatsOfVisits:
    def visits_by_shift(self, day: Day) -> Mapping[uuid.UUID, Sequence[Interval]]:
        visits: dict[uuid.UUID, list[Interval]] = defaultdict(list)
        for shift_id, starts_at, ends_at in Visit.objects.filter(
            day=day, shift__isnull=False
        ).values_list("shift_id", "starts_at", "ends_at"):
            visits[shift_id].append(Interval(starts_at, ends_at))
        return visits

    def reseat(
        self,
        day: Day,
        *,
        by: User | None,
        leaving: Collection[uuid.UUID] = (),
        returning: Collection[uuid.UUID] = (),
    ) -> Reseated:
        """What patterns have not planned is tried again after the commit."""
        transaction.on_commit(partial(_try_missing, day.pk), robust=True)
        return actions.reseat(day=day, by=by, leaving=leaving, returning=returning)

    def peak_use(
        self, department: Department, dates: Collection[dt.date]
    ) -> Mapping[uuid.UUID, int]:
        """The most visits under way at once, by opening hours. It is reached at some start."""
        changes: dict[uuid.UUID, list[tuple[int, int]]] = defaultdict(list)
        for hours_id, starts, ends in Visit.objects.filter(
            day__department=department,
            day__date__in=dates,
            shift__opening_hours__isnull=False,
        ).values_list(
            "shift__opening_hours_id", EpochSeconds("starts_at"), EpochSeconds("ends_at")
        ):
            changes[hours_id] += [(starts, 1), (ends, -1)]
        peaks: dict[uuid.UUID, int] = {}
        for hours_id, its_changes in changes.items():
            under_way = peak = 0
            for _, change in sorted(its_changes):  # at the same second, ends come before starts
                under_way += change
                peak = max(peak, under_way)
            peaks[hours_id] = peak
        return peaks

    def visit_counts(
        self, departments: Collection[Department], now: dt.datetime
    ) -> Mapping[uuid.UUID, VisitCounts]:
        today = timezone.localdate(now)
        ahead = Q(starts_at__gte=now)
        return {
            department_id: VisitCounts(*counts)
            for department_id, *counts in Visit.objects.filter(
                Q(day__date=today) | ahead, day__department__in=departments
            )
            .order_by()
            .values_list("day__department")
            .annotate(
                today=Count("pk", filter=Q(day__date=today)),
                ahead=Count("pk", filter=ahead),
                unstaffed=Count("pk", filter=ahead & Q(shift=None)),
            )
        }

    def grants_below(self, service_id: uuid.UUID, minutes: int, today: dt.date) -> int:
        return queries.grants_below(service_id, minutes, today)

    def closed_to(self, user: User) -> frozenset[uuid.UUID]:
        return closed_to(user)
