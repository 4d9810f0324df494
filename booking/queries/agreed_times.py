"""Agreed times: their dates, and until when the recipient may choose another time."""

import datetime as dt
import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from django.db import models
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from booking import quota
from booking.models import AgreedDate, AgreedTime, Booking, Grant, Recipient
from booking.queries.entitlement import last_day
from booking.queries.local_time import midnight
from departments.closing import is_working_day
from departments.hours import DAY, local_instant
from departments.models import ChoiceDeadline, Department, KindOfTime, Service

# The last working hour before the day's plan is settled, whatever the deadline.
BEFORE_SETTLING = dt.timedelta(hours=1)


def week_of(period: quota.Period, date: dt.date) -> int:
    """The week of a period that a date is in, from 1. In a month it counts the weekday."""
    return (date - period[0]).days // 7 + 1


def dates_of(agreed: AgreedTime, first: dt.date, last: dt.date) -> Iterator[dt.date]:
    """The dates of an agreed time, of those that its grant covers, in order."""
    grant = agreed.grant
    date = first + (agreed.weekday - first.weekday()) % 7 * DAY
    while date <= last:
        is_its_week = week_of(quota.period_under(grant, date), date) == agreed.week
        if is_its_week and grant.is_valid_on(date):
            yield date
        date += 7 * DAY


def starts_at(agreed: AgreedTime, date: dt.date) -> dt.datetime:
    return local_instant(date, agreed.time, timezone.get_default_timezone())


def choice_ends(service: Service, date: dt.date) -> dt.datetime:
    """Until when another time can be chosen instead of the one agreed on a date. At the
    earliest when the date can be booked at all; always before its plan is settled."""
    rule = getattr(service, "choice_deadline", None) or ChoiceDeadline(service=service)
    department = service.department
    day = date
    for _number in range(rule.working_days):
        day -= DAY
        while not is_working_day(day):
            day -= DAY
    zone = timezone.get_default_timezone()
    wanted = local_instant(day, rule.time, zone)
    opens = midnight(date - department.horizon_days * DAY)
    settles = local_instant(date - DAY, department.settling_time, zone)
    return min(max(wanted, opens), settles - BEFORE_SETTLING)


def last_date_to_keep(department: Department, now: dt.datetime) -> dt.date:
    """A day later than can be booked, so that seats are kept before a day opens."""
    return last_day(department, now) + DAY


def is_applicable(agreed: AgreedTime, date: dt.date) -> bool:
    """Whether the agreed time stands on that date: its grant is essential, of that date, and
    its times are the recipient's to choose."""
    grant = agreed.grant
    return agreed.ended_at is None and grant.may_have_agreed_times and grant.is_valid_on(date)


class Obstacle(models.TextChoices):
    """Why a time can't be agreed."""

    NOT_ESSENTIAL = "not_essential", _("Only essential help has agreed times.")
    SET = "set", _("The municipality sets the times of this grant.")
    WINDOW = "window", _("The visit would be outside the agreed window.")
    GRID = "grid", _("No visit can start at that time.")
    WEEK = "week", _("The grant has no such week.")
    ENOUGH = "enough", _("There is an agreed time for each visit of the grant already.")
    SAME_DAY = "same_day", _("There is an agreed time on that day already.")


def why_not_agreeable(grant: Grant, week: int, weekday: int, time: dt.time) -> Obstacle | None:
    """Why the time can't be one of the grant's agreed times; None when it can."""
    service = grant.service
    if not grant.is_essential:
        return Obstacle.NOT_ESSENTIAL
    if grant.kind_of_time == KindOfTime.SET:
        return Obstacle.SET
    starts = time.hour * 60 + time.minute
    if grant.kind_of_time == KindOfTime.WINDOW and grant.window_start and grant.window_end:
        ends = grant.window_end.hour * 60 + grant.window_end.minute
        if time < grant.window_start or starts + service.minutes > ends:
            return Obstacle.WINDOW
    if starts % service.department.slot_minutes:
        return Obstacle.GRID
    if not 1 <= week <= weeks_of(grant):
        return Obstacle.WEEK
    agreed = list(AgreedTime.objects.applying().filter(grant=grant))
    if (week, weekday) in {(one.week, one.weekday) for one in agreed}:
        return Obstacle.SAME_DAY
    if (len(agreed) + 1) * quota.cost(grant.unit, service.minutes) > grant.amount:
        return Obstacle.ENOUGH
    return None


def weeks_of(grant: Grant) -> int:
    """The weeks of the grant's period; those of a month that each month has in full."""
    return 4 if grant.period == Grant.Period.MONTH else grant.weeks


def agreed_times_of_grant(grant: Grant) -> list[AgreedTime]:
    return list(AgreedTime.objects.applying().filter(grant=grant).select_related("by"))


def agreed_times_of(recipient_id: uuid.UUID, today: dt.date) -> list[AgreedTime]:
    """Those that apply today or later, with their grant and service."""
    return list(
        AgreedTime.objects.applying()
        .filter(grant__in=Grant.objects.not_ended(today), grant__recipient=recipient_id)
        .filter(grant__is_essential=True)
        .exclude(grant__kind_of_time=KindOfTime.SET)
        .select_related("grant__service__department", "grant__service__choice_deadline", "by")
    )


def kept_bookings(recipient_id: uuid.UUID) -> list[Booking]:
    """The kept bookings with their agreed times, in order."""
    return list(
        Booking.objects.filter(recipient=recipient_id, status=Booking.Status.KEPT)
        .select_related(
            "service__department",
            "service__choice_deadline",
            "agreed_date__agreed_time__grant",
            "agreed_date__agreed_time__by",
        )
        .order_by("starts_at")
    )


def recipients_to_keep_for(today: dt.date) -> list[uuid.UUID]:
    """Those with agreed times that apply, and those with seats kept for former ones."""
    agreed = AgreedTime.objects.applying().filter(
        grant__in=Grant.objects.not_ended(today), grant__recipient=OuterRef("pk")
    )
    kept = Booking.objects.filter(recipient=OuterRef("pk"), status=Booking.Status.KEPT)
    found = Recipient.objects.filter(Q(Exists(agreed)) | Q(Exists(kept)))
    return list(found.order_by("pk").values_list("pk", flat=True))


def decided(
    agreed: Iterable[AgreedTime], today: dt.date
) -> dict[tuple[uuid.UUID, dt.date], AgreedDate]:
    """What became of the dates from today on."""
    rows = AgreedDate.objects.filter(agreed_time__in=list(agreed), date__gte=today)
    return {(row.agreed_time_id, row.date): row for row in rows.select_related("booking")}


@dataclass(frozen=True)
class OwnAgreedDate:
    """One date of an agreed time, as the recipient sees it: kept, or given up. ``until``: when
    the time for choosing another one ends."""

    row: AgreedDate
    starts_at: dt.datetime
    until: dt.datetime

    @property
    def is_kept(self) -> bool:
        return self.row.state == AgreedDate.State.KEPT

    @property
    def is_weekly(self) -> bool:
        return self.row.agreed_time.grant.period == Grant.Period.WEEK

    @property
    def service(self) -> Service:
        return self.row.agreed_time.grant.service


def agreed_dates(recipient: Recipient, now: dt.datetime) -> list[OwnAgreedDate]:
    """Those that are kept, and those that can be taken back, in order. One statement."""
    states = [AgreedDate.State.KEPT, AgreedDate.State.GIVEN_UP]
    rows = _with_service(
        AgreedDate.objects.filter(
            agreed_time__grant__recipient=recipient,
            date__gte=timezone.localdate(now),
            state__in=states,
        )
    )
    found = [
        OwnAgreedDate(
            row,
            starts_at(row.agreed_time, row.date),
            choice_ends(row.agreed_time.grant.service, row.date),
        )
        for row in rows
    ]
    return sorted(
        (one for one in found if one.is_kept or one.until > now), key=lambda one: one.starts_at
    )


def agreed_dates_to_see(department: Department, now: dt.datetime) -> list[AgreedDate]:
    """The dates that staff must look at: nobody is free for them, or the recipient gave them up
    and no member of staff has seen that. One statement."""
    rows = _with_service(
        AgreedDate.objects.filter(
            Q(state=AgreedDate.State.NO_SEAT)
            | Q(state=AgreedDate.State.GIVEN_UP, seen_at__isnull=True),
            agreed_time__ended_at__isnull=True,
            agreed_time__grant__service__department=department,
            agreed_time__grant__recipient__departed_at__isnull=True,
            date__gte=timezone.localdate(now),
        )
    )
    return list(rows.select_related("agreed_time__grant__recipient").order_by("date", "pk"))


def _with_service(rows: QuerySet[AgreedDate]) -> QuerySet[AgreedDate]:
    return rows.select_related(
        "agreed_time__grant__service__department",
        "agreed_time__grant__service__choice_deadline",
    )


def kept_on(day_id: int) -> Sequence[uuid.UUID]:
    """The recipients for whom seats are kept on a Day."""
    return list(
        Booking.objects.filter(status=Booking.Status.KEPT, visits__day=day_id)
        .values_list("recipient", flat=True)
        .distinct()
    )
