"""Tell administrators when an essential service is left unbooked. Nothing is booked
automatically."""

import datetime as dt

from django.db import transaction
from django.db.models import Count, Exists, Max, OuterRef
from django.utils import timezone

from accounts import actions as accounts_actions
from accounts.models import Message
from booking import quota
from booking.models import Booking, BookingEvent, Grant
from booking.notices.essential import UNBOOKED
from booking.queries.essential import unbooked_grants
from booking.queries.local_time import midnight
from departments.hours import DAY
from departments.models import Department, Employee


def alert_unbooked(now: dt.datetime) -> None:
    """Alert each department once, so many days before the end of the week or month as it has
    set, and again when a visit is cancelled, or no longer counts, after that."""
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
    alerts = earlier.aggregate(times=Count("key", distinct=True), latest=Max("posted_at"))
    missing = unbooked_grants(department, today, granted_by=[period])
    if alerts["times"]:
        cancelled = BookingEvent.objects.filter(
            kind=BookingEvent.Kind.CANCELLED,
            booking__grant=OuterRef("pk"),
            at__gt=alerts["latest"],
        )
        uncharged = Booking.objects.filter(grant=OuterRef("pk"), uncharged_at__gt=alerts["latest"])
        missing = missing.filter(Exists(cancelled) | Exists(uncharged))
    if missing.exists():
        key = f"{UNBOOKED}:{department.pk}:{period}:{last}:{alerts['times']}"
        _notify_administrators(department, key, facts, last)


def _notify_administrators(
    department: Department, key: str, facts: dict[str, str], last: dt.date
) -> None:
    end = midnight(last + DAY)
    administrators = Employee.objects.active(timezone.localdate()).administrators()
    with transaction.atomic():
        for employee in administrators.filter(department=department).select_related("person"):
            accounts_actions.post(
                kind=UNBOOKED,
                key=key,
                to=employee.person,
                about_id=department.pk,
                facts=facts,
                expires_at=end,
            )
