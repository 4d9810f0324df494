"""Patterns: what one would do, those of a recipient, and their dates that are not planned."""

import datetime as dt
import hashlib
import uuid
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.text import get_text_list
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts import dates
from booking.calendar.offers import SlotStatus
from booking.models import Booking, Grant, Pattern, PatternDate, PatternTime, Recipient
from booking.queries import own_choice
from booking.queries.days import facts_of
from booking.queries.entitlement import Entitlement, last_day
from booking.queries.free import shared_days
from booking.queries.own_booking_rows import OwnBooking
from departments.hours import DAY
from departments.models import Day, Department, Service
from departments.queries.days import shifts_by_day

Why = PatternDate.Why

WHY = {
    SlotStatus.OWN: Why.OWN,
    SlotStatus.NOT_GRANTED: Why.NOT_GRANTED,
    SlotStatus.OVER_QUOTA: Why.ALL_USED,
    SlotStatus.TOO_LITTLE_LEFT: Why.ALL_USED,
    SlotStatus.GRANT_TOO_SMALL: Why.ALL_USED,
    SlotStatus.PAUSED: Why.PAUSED,
}


@dataclass
class PatternPreview:
    """What becomes of a pattern's times until the calendar ends: ``seated`` and ``unseated``
    become visits, ``missing`` are not planned, with the reason. ``kept`` and ``cancelled`` are
    visits of the pattern as it was until now."""

    seated: list[PatternTime] = field(default_factory=list)
    unseated: list[PatternTime] = field(default_factory=list)
    missing: list[tuple[PatternTime, Why]] = field(default_factory=list)
    kept: list[Booking] = field(default_factory=list)
    cancelled: list[Booking] = field(default_factory=list)

    @property
    def digest(self) -> str:
        """Tells whether saving still does what the page showed."""
        times = [[str(one) for one in group] for group in (self.seated, self.unseated)]
        reasons = [(str(at), str(why)) for at, why in self.missing]
        visits = [
            [(str(one.pk), one.sequence) for one in group] for group in (self.kept, self.cancelled)
        ]
        return hashlib.sha256(repr([times, reasons, visits]).encode()).hexdigest()[:16]


def staff_plan_on(grants: Iterable[Grant], date: dt.date) -> bool:
    """Whether the service's visits on that local date are for staff to plan. Between two grants
    they are, and not planned; after the last one there are none."""
    grants = list(grants)
    valid = next((grant for grant in grants if grant.is_valid_on(date)), None)
    if valid is not None:
        return own_choice.refusal_of_date(valid, date) is not None
    later = [grant for grant in grants if grant.valid_from > date]
    following = min(later, key=lambda grant: grant.valid_from, default=None)
    if following is None:
        return False
    return own_choice.refusal_of_date(following, following.valid_from) is not None


def times_to_plan(pattern: Pattern, now: dt.datetime) -> list[PatternTime]:
    """The pattern's times from now until the day that opens next, on which staff plan."""
    grants = list(Grant.objects.filter(recipient=pattern.recipient_id, service=pattern.service_id))
    until = last_day(pattern.service.department, now) + DAY
    return [
        at
        for at in pattern.times_between(timezone.localdate(now), until)
        if at.starts_at > now and staff_plan_on(grants, at.date)
    ]


def preview_of_pattern(
    pattern: Pattern, now: dt.datetime, *, replaced: Pattern | None = None
) -> PatternPreview:
    """What saving ``pattern`` would do. ``replaced`` is the saved pattern that it changes or
    ends, whose visits from the new one's first date on are kept where the times agree."""
    preview = PatternPreview()
    wanted = times_to_plan(pattern, now)
    decided = set()
    if replaced is not None:
        for row in rows_ahead(replaced, now):
            is_wanted = row.at in wanted
            if row.date < pattern.first_date and replaced.pk != pattern.pk:
                continue
            if is_wanted and not row.is_missing and row.why != Why.PAUSED:
                decided.add(row.at)
            if row.booking and row.booking.status == Booking.Status.BOOKED:
                (preview.kept if is_wanted else preview.cancelled).append(row.booking)
    _foresee(preview, pattern, [at for at in wanted if at not in decided], now)
    return preview


def rows_ahead(pattern: Pattern, now: dt.datetime) -> list[PatternDate]:
    """Its dates whose time has not come yet."""
    rows = pattern.dates.filter(date__gte=timezone.localdate(now)).select_related("booking")
    return [row for row in rows if row.starts_at > now]


def _foresee(
    preview: PatternPreview, pattern: Pattern, times: Sequence[PatternTime], now: dt.datetime
) -> None:
    """Sort the times by what booking them, one after the other, would give."""
    if not times:
        return
    service, days = pattern.service, sorted({at.date for at in times})
    seconds = 60 * service.minutes
    known = replace(
        Entitlement.of(pattern.recipient, service, days, now),
        as_staff=True,
    )
    leaving = {one.pk for one in preview.cancelled}
    own = [one for one in known.own if one.id not in leaving]
    free = _free_starts(service, days, now)
    covered = _Covered.of(service.department, days)
    is_open = service.is_active and service.department.is_open
    for at in times:
        start = int(at.starts_at.timestamp())
        entitlement = Entitlement.known(
            service, known.grants, own, now, pauses=known.pauses, as_staff=True
        )
        obstacle = entitlement.obstacle(start, start + seconds, at.date)
        if not is_open:
            preview.missing.append((at, Why.NOT_OPEN))
        elif obstacle is not None:
            preview.missing.append((at, WHY.get(obstacle, Why.BUSY)))
        elif not covered.includes(start, start + seconds, at.date):
            preview.missing.append((at, Why.CLOSED))
        else:
            (preview.seated if start in free else preview.unseated).append(at)
            own.append(OwnBooking(uuid.uuid4(), service.pk, start, start + seconds))


def _free_starts(service: Service, dates: Sequence[dt.date], now: dt.datetime) -> set[int]:
    facts = facts_of(service.department_id, min(dates) - DAY)
    days = shared_days(service, dates, facts, now).values()
    return {
        int(slot.starts_at.timestamp())
        for day in days
        for slot in day.offer.slots
        if slot.status is SlotStatus.FREE
    }


@dataclass(frozen=True)
class _Covered:
    """When somebody is to work at a department on some dates, and which of these are closed."""

    shifts: Sequence[tuple[int, int]]
    closed: frozenset[dt.date]
    step: int

    @classmethod
    def of(cls, department: Department, dates: Sequence[dt.date]) -> "_Covered":
        around = sorted({*dates, *(date - DAY for date in dates)})
        closed = Day.objects.filter(
            department=department, date__in=around, takes_bookings=False
        ).exclude(laid_out_at=None)
        found = frozenset(closed.values_list("date", flat=True))
        shifts = [
            (fact.starts, fact.ends)
            for date, facts in shifts_by_day(department, around).items()
            if date not in found
            for fact in facts
        ]
        return cls(shifts, found, 60 * department.slot_minutes)

    def includes(self, starts: int, ends: int, date: dt.date) -> bool:
        if date in self.closed or starts % self.step:
            return False
        return any(first <= starts and ends <= last for first, last in self.shifts)


def patterns_of(recipient: Recipient, on: dt.date) -> list[Pattern]:
    """Those that are not over on a date, in order."""
    return list(running_patterns(on).filter(recipient=recipient).order_by("service__name", "pk"))


def running_patterns(on: dt.date) -> QuerySet[Pattern]:
    """Those that are not over on a date, of recipients who have not moved away or died."""
    return Pattern.objects.filter(
        Q(last_date__isnull=True) | Q(last_date__gte=on), recipient__departed_at__isnull=True
    ).select_related("service__department", "recipient")


def not_planned(
    department: Department, first: dt.date, last: dt.date | None = None
) -> list[PatternDate]:
    """The dates of patterns at the department, from ``first`` on, that staff must look at."""
    rows = PatternDate.objects.missing().filter(
        pattern__service__department=department,
        pattern__recipient__departed_at__isnull=True,
        date__gte=first,
    )
    if last is not None:
        rows = rows.filter(date__lte=last)
    return list(rows.select_related("pattern__service", "pattern__recipient"))


def is_to_plan(grant: Grant, on: dt.date) -> bool:
    """Whether staff plan visits of the grant on a date or later."""
    if grant.valid_until is not None and grant.valid_until < on:
        return False
    return grant.times_are_set or (grant.choice_from is not None and grant.choice_from > on)


def services_to_plan(
    department: Department, recipient: Recipient, on: dt.date
) -> QuerySet[Service]:
    """The department's services whose visits staff plan for the recipient, now or later."""
    grants = Grant.objects.filter(
        Q(valid_until__isnull=True) | Q(valid_until__gte=on),
        recipient=recipient,
        service__department=department,
    )
    ids = {grant.service_id for grant in grants if is_to_plan(grant, on)}
    return Service.objects.filter(pk__in=ids).select_related("department").order_by("name")


def in_words(pattern: Pattern) -> str:
    """ "every Monday and Thursday 08:00 and 20:00", "every day 08:00"."""
    return times_in_words(pattern.weekdays, pattern.times, pattern.every_n_weeks)


def times_in_words(
    weekdays: Collection[int], times: Collection[dt.time], every_n_weeks: int
) -> str:
    names = dates.words(get_language()).weekdays
    days = get_text_list([names[number - 1] for number in sorted(weekdays)], _("and"))
    clocks = get_text_list([f"{time:%H:%M}" for time in sorted(times)], _("and"))
    if every_n_weeks > 1:
        text = _("every {n} weeks on {weekdays} {times}")
        return text.format(n=every_n_weeks, weekdays=days, times=clocks)
    if len(weekdays) == 7:
        return _("every day {times}").format(times=clocks)
    return _("every {weekdays} {times}").format(weekdays=days, times=clocks)
