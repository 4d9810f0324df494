"""``{% load staffing %}``: numbers of employees, and the dates of a row, in words."""

import datetime as dt
from typing import Protocol

from django import template
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.templatetags.dates import day, short_day
from departments.models import Employee

register = template.Library()


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
