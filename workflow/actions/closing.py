"""Close days: after that, carers report no visits of the day."""

import datetime as dt

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from accounts.actions import record, record_all
from accounts.models import Change, User
from booking.models import Visit
from departments.actions import lock_days
from departments.closing import last_date_due
from departments.models import Day, Department
from workflow.errors import DayNotOver, VisitsUntold
from workflow.queries.untold import is_over, untold_on


def close_day(
    *, department: Department, date: dt.date, by: User, despite_untold: bool = False
) -> Day:
    """Close the department's day. Closing it twice changes nothing.

    Raises ``DayNotOver``, and ``VisitsUntold`` when visits have no report, unless
    ``despite_untold``.
    """
    with transaction.atomic():
        (day,) = lock_days([(department.pk, date)])
        if day.is_closed:
            return day
        if not is_over(day, timezone.now()):
            raise DayNotOver
        if not despite_untold and untold_on(day):
            raise VisitsUntold
        # The revision does not rise: neither the offer nor the plan depends on closing.
        day.closed_at, day.closed_by = timezone.now(), by
        day.save(update_fields=["closed_at", "closed_by"])
        record("close_day", by=by, department_id=department.pk, after={"date": date})
    return day


def close_due_days() -> int:
    """Close every day that is due, also days late; return their number.

    A day with a visit that is still going on waits. A day that is locked is closed by the
    next run. The recorded changes have no actor.
    """
    now = timezone.now()
    going_on = Visit.objects.filter(day=OuterRef("pk"), ends_at__gt=now)
    with transaction.atomic():
        due = list(
            Day.objects.filter(
                ~Exists(going_on), closed_at__isnull=True, date__lte=last_date_due(now)
            )
            .order_by("date", "department")
            .select_for_update(skip_locked=True, of=("self",), no_key=True)
            .values_list("pk", "department_id", "date")
        )
        Day.objects.filter(pk__in=[pk for pk, _department, _date in due]).update(closed_at=now)
        record_all(
            Change(verb="close_day", department_id=department_id, after={"date": date})
            for _pk, department_id, date in due
        )
    return len(due)
