"""Grants and mandates in words, for the staff's pages."""

from django import template
from django.utils.translation import gettext as _

from accounts.templatetags.dates import day, short_duration
from booking.models import Grant, Mandate
from booking.queries import amount_per_period

register = template.Library()


register.filter("amount_per_period", amount_per_period)


@register.filter
def short_amount(grant: Grant) -> str:
    """ "3 a week", "1 h 30 min a week": for a list with a line for each recipient."""
    is_visits = grant.unit == Grant.Unit.VISITS
    amount = grant.amount if is_visits else short_duration(grant.amount)
    return f"{amount} {grant.get_period_display()}"


@register.filter
def valid_from_until(given: Grant | Mandate) -> str:
    """ "from 1 December", "from 1 December until and including 31 January"."""
    words = _("from %(day)s") % {"day": day(given.valid_from)}
    if given.valid_until:
        words += " " + _("until and including %(day)s") % {"day": day(given.valid_until)}
    return words


@register.filter
def holder_may(mandate: Mandate) -> str:
    """ "sees, books, moves and cancels, gets the messages"."""
    words = _("sees, books, moves and cancels") if mandate.may_book else _("sees the visits")
    return f"{words}, {_('gets the messages')}" if mandate.is_told else words
