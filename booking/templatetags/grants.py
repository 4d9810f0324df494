"""Grants and mandates in words, for the staff's pages."""

from django import template
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from accounts import dates
from accounts.templatetags.dates import day, short_duration
from booking.models import AgreedTime, Grant, Mandate
from booking.queries import amount_per_period, period_in_words
from departments.models import Department, KindOfTime

register = template.Library()


register.filter("amount_per_period", amount_per_period)


@register.filter
def short_amount(grant: Grant) -> str:
    """ "3 a week", "1 h 30 min a week": for a list with a line for each recipient."""
    is_visits = grant.unit == Grant.Unit.VISITS
    amount = grant.amount if is_visits else short_duration(grant.amount)
    return f"{amount} {period_in_words(grant)}"


@register.filter
def valid_from_until(given: Grant | Mandate) -> str:
    """ "from 1 December", "from 1 December until and including 31 January"."""
    words = _("from %(day)s") % {"day": day(given.valid_from)}
    if given.valid_until:
        words += " " + _("until and including %(day)s") % {"day": day(given.valid_until)}
    return words


def window_in_words(grant: Grant) -> str:
    """ "08:00–11:00"; "" without a window."""
    if grant.window_start is None or grant.window_end is None:
        return ""
    return f"{grant.window_start:%H:%M}–{grant.window_end:%H:%M}"


@register.filter
def who_chooses(grant: Grant) -> str:
    """ "Chooses within an agreed window, 08:00–11:00, at most 1 a day, from 1 December"."""
    parts = [str(grant.get_kind_of_time_display())]
    if window := window_in_words(grant):
        parts.append(window)
    if grant.kind_of_time != KindOfTime.SET:
        if grant.at_most_a_day:
            parts.append(_("at most %(count)s a day") % {"count": grant.at_most_a_day})
        if grant.days_between:
            parts.append(
                ngettext(
                    "at least %(count)s day between",
                    "at least %(count)s days between",
                    grant.days_between,
                )
                % {"count": grant.days_between}
            )
        if grant.choice_from:
            parts.append(_("from %(day)s") % {"day": day(grant.choice_from)})
    return ", ".join(parts)


@register.filter
def agreed_in_words(agreed: AgreedTime) -> str:
    """ "Tuesday 10:00"; "Tuesday 10:00, week 2 of the month" where a period has several weeks."""
    name = dates.words(get_language()).weekdays[agreed.weekday].capitalize()
    words = f"{name} {agreed.time:%H:%M}"
    if agreed.grant.period == Grant.Period.MONTH:
        words += ", " + _("week %(number)s of the month") % {"number": agreed.week}
    elif agreed.grant.weeks > 1:
        words += ", " + _("week %(number)s of the period") % {"number": agreed.week}
    return words


@register.filter
def appeal_text(department: Department) -> str:
    """What the department writes about appeal, else the ordinary text."""
    return department.appeal_text or _(
        "You can appeal against a decision within three weeks of getting it. Call us if you want"
        " help with it."
    )


@register.filter
def holder_may(mandate: Mandate) -> str:
    """ "sees, books, moves and cancels, gets the messages"."""
    words = _("sees, books, moves and cancels") if mandate.may_book else _("sees the visits")
    return f"{words}, {_('gets the messages')}" if mandate.is_told else words
