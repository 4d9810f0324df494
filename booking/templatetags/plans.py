"""``{% load plans %}``: own plans in words, and which of them meets a time."""

import datetime as dt
from collections.abc import Sequence

from django import template
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts import dates
from accounts.templatetags.dates import clock_to, day
from booking.calendar.offers import Slot
from booking.calendar.plans import PlanTime, first_meeting
from booking.calendar.timetable import Run
from booking.models import BusyTime, OwnPlan
from booking.templatetags.calendar import joined

register = template.Library()


@register.filter
def plan_at(span: Run | Slot, times: Sequence[PlanTime] | None) -> PlanTime | None:
    """The first plan that meets the time."""
    return first_meeting(times or (), span.starts_at, span.ends_at)


@register.filter
def plan_name(plan: PlanTime | BusyTime) -> str:
    return plan.title or _("Busy in your calendar")


@register.filter
def plan_words(plan: PlanTime | BusyTime) -> str:
    """ "Training 17.00–18.00"; of all day only the title."""
    starts, ends = (timezone.localtime(instant) for instant in (plan.starts_at, plan.ends_at))
    if starts.time() == ends.time() == dt.time(0):
        return plan_name(plan)
    return f"{plan_name(plan)} {clock_to(starts, ends)}"


@register.filter
def plan_days(plan: OwnPlan) -> str:
    """ "Tuesday and Thursday 17.00–18.00", "Monday 14 December 09.00–10.00"."""
    clock = _("all day") if plan.starts == plan.ends else clock_to(plan.starts, plan.ends)
    if plan.every == OwnPlan.Every.ONCE:
        return f"{day(plan.first_day).capitalize()} {clock}"
    names = dates.words(translation.get_language()).weekdays
    days = [names[number - 1] for number in sorted(plan.weekdays)]
    listed = _("every day") if len(days) == len(names) else joined(days)
    return f"{listed[:1].upper()}{listed[1:]} {clock}"


@register.filter
def plan_every(plan: OwnPlan) -> str:
    """ "Every week"; for every second week with the first date."""
    label = plan.get_every_display()
    if plan.every == OwnPlan.Every.OTHER_WEEK:
        return _("{every}, from {day}").format(every=label, day=day(plan.first_day))
    return label
