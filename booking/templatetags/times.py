"""``{% load times %}``: days and times of visits in words."""

import datetime as dt

from django import template
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts import dates
from booking.calendar.offers import Slot
from booking.calendar.timetable import DayPart, OwnVisit, part_at
from booking.choosing import Alternative
from booking.models import Booking
from departments.hours import monday

register = template.Library()


@register.filter
def name_of_week(date: dt.date) -> str:
    """ "this week", "week 50"; also of a visit's start."""
    date = dates.local_date(date)
    weeks = (monday(date) - monday(timezone.localdate())).days // 7
    if weeks == 0:
        return _("this week")
    if weeks == 1:
        return _("next week")
    return dates.words(translation.get_language()).week.format(week=date.isocalendar().week)


@register.filter
def in_week(date: dt.date) -> str:
    """ "this week", "in week 50"."""
    name = name_of_week(date)
    return name if name in (_("this week"), _("next week")) else _("in {week}").format(week=name)


@register.filter
def near_weekday(date: dt.date) -> str:
    """ "tomorrow", "Thursday"."""
    w, local = dates.words(translation.get_language()), dates.local_date(date)
    return w.near.get((local - timezone.localdate()).days, w.weekdays[local.weekday()])


@register.filter
def how_soon(date: dt.date) -> str:
    """What ``near_weekday`` does not say: "Wednesday" after "tomorrow", else "in 4 days"."""
    w, local = dates.words(translation.get_language()), dates.local_date(date)
    days = (local - timezone.localdate()).days
    if days in w.near:
        return w.weekdays[local.weekday()]
    return ngettext("in {days} day", "in {days} days", days).format(days=days)


IN_PART = {
    DayPart.NIGHT: gettext_lazy("at night"),
    DayPart.MORNING: gettext_lazy("in the morning"),
    DayPart.AFTERNOON: gettext_lazy("in the afternoon"),
    DayPart.EVENING: gettext_lazy("in the evening"),
}


@register.filter
def in_part_of_day(instant: dt.datetime) -> str:
    return str(IN_PART[part_at(instant, timezone.get_current_timezone())])


@register.simple_tag
def at_clock_to(span: Slot | Booking | OwnVisit) -> str:
    """ "klokka 10.00–11.30"."""
    language = translation.get_language()
    start, end = (dates.clock(instant, language) for instant in (span.starts_at, span.ends_at))
    return dates.at_on_page(f"{start}–{end}", language)


@register.simple_tag
def how_near(alternative: Alternative) -> str:
    """ "30 minutes later, until 19.15"; on another day only the end."""
    language = translation.get_language()
    until = dates.clock(alternative.slot.ends_at, language)
    if not alternative.is_same_day:
        return _("until {clock}").format(clock=until)
    length = dates.duration(abs(alternative.minutes_later), language)
    if alternative.minutes_later > 0:
        return _("{length} later, until {clock}").format(length=length, clock=until)
    return _("{length} earlier, until {clock}").format(length=length, clock=until)
