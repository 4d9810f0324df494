"""A recipient's own plans. Only pages of the recipient, and of a helper whom they let, read
them."""

import datetime as dt
from collections.abc import Iterable, Sequence

from django.utils import timezone

from booking.calendar.plans import PlanDates, PlanTime, first_meeting
from booking.models import Booking, BusyTime, OwnPlan, Recipient
from booking.queries.local_time import midnight
from booking.queries.visits import coming
from departments.hours import DAY, local_instant


def plan_times(recipient: Recipient, first: dt.date, last: dt.date) -> list[PlanTime]:
    """What the recipient does otherwise on these days, in order. Two statements."""
    plans = OwnPlan.objects.filter(recipient=recipient, first_day__lte=last)
    # A night before the first day may last into it.
    times = [time for plan in plans for time in times_of(plan, first - DAY, last)]
    busy = BusyTime.objects.filter(
        recipient=recipient, starts_at__lt=midnight(last + DAY), ends_at__gt=midnight(first)
    )
    times += [PlanTime(one.starts_at, one.ends_at, one.title) for one in busy]
    return sorted(
        (time for time in times if time.ends_at > midnight(first)),
        key=lambda time: (time.starts_at, time.ends_at),
    )


def times_of(plan: OwnPlan, first: dt.date, last: dt.date) -> list[PlanTime]:
    """Those that begin on these days."""
    zone = timezone.get_default_timezone()
    dates = PlanDates(plan.first_day, plan.weekdays, plan.every)
    night = DAY if plan.ends <= plan.starts else dt.timedelta(0)
    return [
        PlanTime(
            local_instant(date, plan.starts, zone),
            local_instant(date + night, plan.ends, zone),
            plan.title,
        )
        for date in dates.between(first, last)
    ]


def plans_of(recipient: Recipient) -> list[OwnPlan]:
    """Those that are not over, the weekly ones first."""
    plans = list(OwnPlan.objects.filter(recipient=recipient))
    today = timezone.localdate()
    once = [plan for plan in plans if not plan.every and plan.first_day >= today]
    once.sort(key=lambda plan: (plan.first_day, plan.starts))
    return [*(plan for plan in plans if plan.every), *once]


def busy_times_of(recipient: Recipient) -> list[BusyTime]:
    """What is to come of the recipient's calendar file."""
    return list(BusyTime.objects.filter(recipient=recipient, ends_at__gt=timezone.now()))


def visits_meeting(recipient: Recipient, times: Sequence[PlanTime]) -> list[Booking]:
    """Coming visits at these times."""
    return [
        visit
        for visit in coming(recipient, timezone.now())
        if first_meeting(times, visit.starts_at, visit.ends_at)
    ]


def mark_plans(recipient: Recipient, visits: Iterable[Booking]) -> None:
    """Set ``visit.plan``: what the recipient has written that they do then."""
    visits = list(visits)
    if not visits:
        return
    first = min(timezone.localdate(visit.starts_at) for visit in visits)
    last = max(timezone.localdate(visit.ends_at) for visit in visits)
    times = plan_times(recipient, first, last)
    for visit in visits:
        visit.plan = first_meeting(times, visit.starts_at, visit.ends_at)  # type: ignore[attr-defined]
