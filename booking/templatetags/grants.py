"""Grants and mandates in words, for the staff's pages."""

from django import template
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.templatetags.dates import day
from booking.models import Grant, Mandate

register = template.Library()


@register.filter
def amount_per_period(grant: Grant) -> str:
    """ "3 visits a week"."""
    if grant.unit == Grant.Unit.VISITS:
        words = ngettext("%(counter)s visit", "%(counter)s visits", grant.amount)
    else:
        words = ngettext("%(counter)s minute", "%(counter)s minutes", grant.amount)
    return f"{words % {'counter': grant.amount}} {grant.get_period_display()}"


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
