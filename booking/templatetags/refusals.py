"""``{% load refusals %}``: why no carer can come at a time, without names, for staff."""

import datetime as dt

from django import template
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts import dates
from booking.seating.values import Refused, Why

register = template.Library()


@register.filter
def in_words(refused: Refused) -> str:
    """ "3 qualified carers are at work, all taken at 10.15." """
    if refused.why is Why.NOBODY_ON:
        return _nobody_on(refused)
    if refused.why is Why.NO_WAY_FOUND:
        return _no_way_found(refused)
    return _all_taken(refused)


def _nobody_on(refused: Refused) -> str:
    if refused.staff:
        words = _(
            "It takes {carers} carers at once, and only {staff} of those at work can give it."
        )
    elif refused.needs:
        words = _("Nobody who is qualified is at work then.")
    else:
        words = _("Nobody is at work then.")
    return _filled(words, refused)


def _all_taken(refused: Refused) -> str:
    if not refused.staff:
        words = _("Nobody is at work after {clock}.")
    elif refused.carers > 1:
        words = _(
            "It takes {carers} carers at once. Of {staff} at work, {free} can come at {clock}."
        )
    elif refused.needs:
        words = ngettext(
            "{staff} qualified carer is at work, and is taken at {clock}.",
            "{staff} qualified carers are at work, all taken at {clock}.",
            refused.staff,
        )
    else:
        words = ngettext(
            "{staff} carer is at work, and is taken at {clock}.",
            "{staff} carers are at work, all taken at {clock}.",
            refused.staff,
        )
    return _filled(words, refused)


def _no_way_found(refused: Refused) -> str:
    if refused.carers > 1:
        words = _("It takes {carers} carers at once, and fewer have room for the whole visit.")
    elif refused.needs:
        words = ngettext(
            "{staff} qualified carer is at work, without room for the whole visit.",
            "{staff} qualified carers are at work, none with room for the whole visit.",
            refused.staff,
        )
    else:
        words = ngettext(
            "{staff} carer is at work, without room for the whole visit.",
            "{staff} carers are at work, none with room for the whole visit.",
            refused.staff,
        )
    return _filled(words, refused)


def _filled(words: str, refused: Refused) -> str:
    clock = dates.hm(dt.datetime.fromtimestamp(refused.at, dt.UTC), translation.get_language())
    return words.format(carers=refused.carers, staff=refused.staff, free=refused.free, clock=clock)
