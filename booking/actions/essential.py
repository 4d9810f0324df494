"""Administrators are told when an essential service is left unbooked. Nothing is booked
for anybody."""

import datetime as dt

from django.db import transaction
from django.utils import timezone

from accounts.actions.messages import post
from booking import quota
from booking.essential_notices import UNBOOKED
from booking.models import Grant
from booking.queries.essential import unbooked
from departments.hours import local_instant
from departments.models import Department, Employee


def alert_unbooked(now: dt.datetime) -> None:
    """Once for each department and week or month, when it comes as near its end as the
    department wants to know."""
    today = timezone.localdate(now)
    for department in Department.objects.filter(is_open=True):
        for period, days in (
            (Grant.Period.WEEK, department.week_warning_days),
            (Grant.Period.MONTH, department.month_warning_days),
        ):
            _first, last = quota.period_of(period, today)
            if (last - today).days >= days:
                continue
            if unbooked(department, today, most=1, granted_by=[period]).count:
                _tell_administrators(department, period, last)


def _tell_administrators(department: Department, period: Grant.Period, last: dt.date) -> None:
    end = local_instant(last + dt.timedelta(days=1), dt.time(), timezone.get_default_timezone())
    administrators = Employee.objects.active(timezone.localdate()).administrators()
    with transaction.atomic():
        for employee in administrators.filter(department=department).select_related("person"):
            post(
                kind=UNBOOKED,
                key=f"{UNBOOKED}:{department.pk}:{period}:{last}",
                to=employee.person,
                about_id=department.pk,
                facts={"period": period, "last_day": last.isoformat()},
                expires_at=end,
            )
