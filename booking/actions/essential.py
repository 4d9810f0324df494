"""Tell administrators when an essential service is left unbooked. Nothing is booked
automatically."""

import datetime as dt
import uuid

from django.db import transaction
from django.db.models import Count, Exists, Max, OuterRef
from django.utils import timezone

from accounts import actions as accounts_actions
from accounts.models import Message
from booking import quota
from booking.models import Booking, BookingEvent, Grant, Slack
from booking.notices.essential import UNBOOKED
from booking.queries.essential import unbooked_grants
from booking.queries.local_time import midnight
from booking.queries.slack import free_days
from departments.hours import DAY
from departments.models import Department, Employee

AT_ONCE = 2_000  # grants whose recipients' bookings are in memory together


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


def count_slack(now: dt.datetime) -> None:
    """Count the days on which unbooked essential help can still be given, for the order of the
    list. Each hour, a department at a time."""
    today = timezone.localdate(now)
    for department in Department.objects.all():
        grants = unbooked_grants(department, today, granted_by=Grant.Period.values)
        found = list(grants.select_related("service"))
        days: dict[uuid.UUID, list[dt.date]] = {}
        for first in range(0, len(found), AT_ONCE):
            days |= free_days(department, found[first : first + AT_ONCE], now)
        with transaction.atomic():
            Slack.objects.filter(grant__service__department=department).delete()
            still = set(Grant.objects.filter(pk__in=days).values_list("pk", flat=True))
            Slack.objects.bulk_create(
                [Slack(grant_id=id_, days=len(days[id_])) for id_ in still],
                ignore_conflicts=True,
            )


def _alert(department: Department, period: Grant.Period, today: dt.date, last: dt.date) -> None:
    facts = {"period": period, "last_day": last.isoformat()}
    earlier = Message.objects.filter(kind=UNBOOKED, about_id=department.pk, facts=facts)
    alerts = earlier.aggregate(times=Count("key", distinct=True), latest=Max("posted_at"))
    missing = unbooked_grants(department, today, granted_by=[period], last=last)
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
