"""``{% load balances %}``: what is left of a grant, in words."""

import datetime as dt
from collections.abc import Hashable

from django import template
from django.utils import timezone, translation
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from accounts import dates
from accounts.templatetags import icons
from booking.models import Grant
from booking.queries.entitlement import Balance
from booking.templatetags.times import in_week
from departments.models import KindOfTime

register = template.Library()


@register.filter
def facts(balance: Balance) -> Hashable:
    """Every value that a fragment about the balance shows: the fragment's cache key."""
    service = balance.service
    days = balance.grant.period, balance.period_start, balance.period_end
    amounts = (balance.unit, balance.granted, balance.left)
    kind = balance.grant.kind_of_time
    return service.pk, service.symbol, service.name, *amounts, *days, kind


@register.filter
def is_enough(balance: Balance) -> bool:
    """Whether the person can book one more visit in the balance's period."""
    if balance.grant.kind_of_time == KindOfTime.SET:
        return False
    return balance.refusal(balance.service.minutes) is None


@register.filter
def left_when(balance: Balance) -> str:
    """ "2 of 3 left this week"."""
    return _("{left} of {granted} left {when}").format(
        left=_amount(balance, balance.left),
        granted=_amount(balance, balance.granted),
        when=when(balance),
    )


@register.filter
def left_to_choose(balance: Balance) -> str:
    """As ``left_when``; "the municipality sets the times" when the person chooses none."""
    if balance.grant.kind_of_time == KindOfTime.SET:
        return _("the municipality sets the times")
    return left_when(balance)


@register.filter
def left(balance: Balance) -> str:
    """ "2 left"."""
    return _("{left} left").format(left=_amount(balance, balance.left))


@register.filter
def left_of(balance: Balance) -> str:
    """ "2 of 3"."""
    return _("{left} of {granted}").format(
        left=_amount(balance, balance.left), granted=_amount(balance, balance.granted)
    )


@register.filter
def when(balance: Balance) -> str:
    """The balance's period in words: "this week", "in December"."""
    today = timezone.localdate()
    if balance.grant.period == Grant.Period.MONTH:
        if (balance.period_start.year, balance.period_start.month) == (today.year, today.month):
            return _("this month")
        months = dates.words(translation.get_language()).months
        return _("in {month}").format(month=months[balance.period_start.month - 1])
    if balance.grant.weeks > 1:
        return _some_weeks(balance, today)
    return in_week(balance.period_start)


def _some_weeks(balance: Balance, today: dt.date) -> str:
    """ "until and including Sunday 13 December"; with its first day when it has not begun."""
    language = translation.get_language()
    last = dates.day(balance.period_end, language)
    if balance.period_start <= today:
        return _("until and including %(day)s") % {"day": last}
    first = dates.day(balance.period_start, language)
    return _("from %(first)s until and including %(last)s") % {"first": first, "last": last}


@register.filter
def granted(balance: Balance) -> str:
    return _amount(balance, balance.granted)


@register.filter
def left_after_one(balance: Balance) -> str:
    """What is left when one more visit is booked: "1 of 3"."""
    one = 1 if balance.unit == Grant.Unit.VISITS else balance.service.minutes
    return _("{left} of {granted}").format(
        left=_amount(balance, balance.left - one), granted=granted(balance)
    )


@register.simple_tag
def balance_discs(balance: Balance) -> SafeString:
    """What is left and what is used as discs: of visits, or of whole hours."""
    unit = 1 if balance.unit == Grant.Unit.VISITS else 60
    left = max(balance.left, 0)
    if balance.granted % unit or left % unit:
        return SafeString("")
    return icons.discs(left // unit, balance.granted // unit)


def _amount(balance: Balance, amount: int) -> str:
    if balance.unit == Grant.Unit.VISITS:
        return str(amount)
    return dates.duration(max(amount, 0), translation.get_language())
