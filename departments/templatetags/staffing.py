"""``{% load staffing %}``: numbers of employees, dates and shortages in words."""

import datetime as dt
from collections.abc import Callable
from typing import Protocol

from django import template
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts import dates
from accounts.templatetags.dates import day, end_day, end_hm, end_near_day, hm, near_day, short_day
from departments.hours import Interval
from departments.models import Employee
from departments.supply import Lack, Shortage

register = template.Library()


@register.filter
def shortage_in_words(shortage: Shortage) -> str:
    """Why nobody can book a service, and what helps."""
    language = translation.get_language()
    values: dict[str, object] = {"service": shortage.service}
    if shortage.lack is Lack.QUALIFICATION:
        values["names"] = ", ".join(shortage.qualifications)
        words = _(
            "Nobody can book {service}: no carer here has all of this: {names}. Give it to an"
            " employee, or state it in the opening hours."
        )
    elif shortage.lack is Lack.LENGTH:
        values["needed"] = dates.duration(shortage.needed, language)
        values["most"] = dates.duration(shortage.most, language)
        words = _(
            "Nobody can book {service}: it takes {needed}, and no shift is longer than {most}"
            " without a break. Make the visit shorter or the opening hours longer."
        )
    else:
        values |= {"needed": shortage.needed, "most": shortage.most}
        words = _(
            "Nobody can book {service}: it takes {needed} carers at once, and at most {most} are"
            " at work at the same time. Put more staff in the opening hours, or fewer carers in"
            " the service."
        )
    return words.format(**values)


@register.filter
def absence_period(start: dt.datetime, end: dt.datetime) -> str:
    """ "Tuesday 1 December, all day"; times only where the absence is not of whole days."""
    return _absence_period(start, end, day, end_day)


@register.filter
def near_absence_period(start: dt.datetime, end: dt.datetime) -> str:
    """As ``absence_period``, with "today" and "tomorrow"."""
    return _absence_period(start, end, near_day, end_near_day)


def _absence_period(
    start: dt.datetime,
    end: dt.datetime,
    name: Callable[[dt.datetime], str],
    end_name: Callable[[dt.datetime], str],
) -> str:
    first, last, begins, ends = name(start), end_name(end), hm(start), end_hm(end)
    is_from_midnight, is_to_midnight = begins == "00:00", ends == "24:00"
    if is_from_midnight and is_to_midnight:
        return _("%(day)s, all day") % {"day": first} if first == last else f"{first} – {last}"
    if is_to_midnight:
        ends = ", " + _("out the day")
        return f"{first} {begins}{ends}" if first == last else f"{first} {begins} – {last}{ends}"
    if first == last:
        return f"{first} {begins}–{ends}"
    return f"{first}{'' if is_from_midnight else f' {begins}'} – {last} {ends}"


@register.filter
def long_hours(period: Interval) -> str:
    """ "20 hours, until Wednesday 25 November 12:00"."""
    language = translation.get_language()
    minutes = int(period.duration.total_seconds()) // 60
    return _("{length}, until {day} {clock}").format(
        length=dates.duration(minutes, language),
        day=dates.day(dates.local_date(period.end), language),
        clock=dates.hm(period.end),
    )


def cut_off_in_words(grants: int, minutes: int) -> list[str]:
    """Warns that a service takes longer than grants give; empty for no grants."""
    if not grants:
        return []
    text = ngettext(
        "%(counter)s grant gives less than one visit of %(minutes)s minutes. The person can't"
        " book it until the grant is changed.",
        "%(counter)s grants give less than one visit of %(minutes)s minutes. The people can't"
        " book it until their grants are changed.",
        grants,
    )
    return [text % {"counter": grants, "minutes": minutes}]


class Dated(Protocol):
    valid_from: dt.date
    valid_until: dt.date | None


@register.filter
def employees(count: int) -> str:
    """ "3 employees"."""
    return ngettext("%(counter)s employee", "%(counter)s employees", count) % {"counter": count}


@register.filter
def employee_noun(count: int) -> str:
    """ "employees", without the number."""
    return ngettext("employee", "employees", count)


@register.filter
def in_use(count: int) -> str:
    return _("up to %(used)s in use") % {"used": count} if count else _("none in use")


@register.filter
def weekly(every_n_weeks: int) -> str:
    if every_n_weeks == 1:
        return _("every week")
    return _("every %(n)s weeks") % {"n": every_n_weeks}


@register.filter
def valid_dates(row: Dated) -> str:
    """ "from 5 January until and including 13 March"."""
    found = _("from %(day)s") % {"day": day(row.valid_from)}
    if row.valid_until:
        found += " " + _("until and including %(day)s") % {"day": day(row.valid_until)}
    return found


@register.filter
def employment_dates(employee: Employee, today: dt.date) -> str:
    """ "now", "until 13 March", "from 5 April" or "from 5 April until 13 May"."""
    found = []
    if employee.valid_from > today:
        found.append(_("from %(day)s") % {"day": short_day(employee.valid_from)})
    if employee.valid_until:
        found.append(_("until %(day)s") % {"day": short_day(employee.valid_until)})
    return " ".join(found) or _("now")
