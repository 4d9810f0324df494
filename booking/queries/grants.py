"""Grants in words."""

from django.utils.translation import ngettext

from booking.models import Grant


def amount_per_period(grant: Grant) -> str:
    """ "3 visits a week"."""
    if grant.unit == Grant.Unit.VISITS:
        words = ngettext("%(counter)s visit", "%(counter)s visits", grant.amount)
    else:
        words = ngettext("%(counter)s minute", "%(counter)s minutes", grant.amount)
    return f"{words % {'counter': grant.amount}} {grant.get_period_display()}"
