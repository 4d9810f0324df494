"""Administrators are told when an essential service is left unbooked. Nothing is booked
for anybody."""

import datetime as dt

from django.db import transaction
from django.db.models import Count, Exists, Max, OuterRef
from django.utils import timezone

from accounts.actions.messages import post
from accounts.models import Message
from booking import quota
from booking.models import BookingEvent, Grant
from booking.notices.essential import UNBOOKED
from booking.queries.essential import unbooked_grants
from departments.hours import local_instant
from departments.models import Department, Employee


def alert_unbooked(now: dt.datetime) -> None:
    """For each department, when the week or month comes as near its end as the department
    wants to know: once, and again when a visit is cancelled after that."""
    today = timezone.localdate(now)
    for department in Department.objects.filter(is_open=True):
        for period, days in (
            (Grant.Period.WEEK, department.week_warning_days),
            (Grant.Period.MONTH, department.month_warning_days),
        ):
            _first, last = quota.period_of(period, today)
            if (last - today).days < days:
                _alert(department, period, today, last)


def _alert(department: Department, period: Grant.Period, today: dt.date, last: dt.date) -> None:
    facts = {"period": period, "last_day": last.isoformat()}
    earlier = Message.objects.filter(kind=UNBOOKED, about_id=department.pk, facts=facts)
    told = earlier.aggregate(times=Count("key", distinct=True), latest=Max("posted_at"))
    missing = unbooked_grants(department, today, granted_by=[period])
    if told["times"]:
        cancelled = BookingEvent.objects.filter(
            kind=BookingEvent.Kind.CANCELLED, booking__grant=OuterRef("pk"), at__gt=told["latest"]
        )
        missing = missing.filter(Exists(cancelled))
    if missing.exists():
        key = f"{UNBOOKED}:{department.pk}:{period}:{last}:{told['times']}"
        _tell_administrators(department, key, facts, last)


def _tell_administrators(
    department: Department, key: str, facts: dict[str, str], last: dt.date
) -> None:
    end = local_instant(last + dt.timedelta(days=1), dt.time(), timezone.get_default_timezone())
    administrators = Employee.objects.active(timezone.localdate()).administrators()
    with transaction.atomic():
        for employee in administrators.filter(department=department).select_related("person"):
            post(
                kind=UNBOOKED,
                key=key,
                to=employee.person,
                about_id=department.pk,
                facts=facts,
                expires_at=end,
            )
