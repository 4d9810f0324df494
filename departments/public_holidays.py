"""Norway's public holidays, computed, with names in our own three languages.

The ``holidays`` library answers English, silently, when asked for ``nb`` or ``nn``;
asked for ``no`` it gives bokmål, which is our key to a translatable name.
"""

import datetime as dt
from functools import cache

import holidays
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

NAMES = {
    "Første nyttårsdag": _("New Year's Day"),
    "Skjærtorsdag": _("Maundy Thursday"),
    "Langfredag": _("Good Friday"),
    "Første påskedag": _("Easter Sunday"),
    "Andre påskedag": _("Easter Monday"),
    "Arbeidernes dag": _("Labour Day"),
    "Grunnlovsdag": _("Constitution Day"),
    "Kristi himmelfartsdag": _("Ascension Day"),
    "Første pinsedag": _("Whit Sunday"),
    "Andre pinsedag": _("Whit Monday"),
    "Første juledag": _("Christmas Day"),
    "Andre juledag": _("Second Day of Christmas"),
}


def is_public_holiday(date: dt.date) -> bool:
    return date in _of_year(date.year)


def public_holiday_names(date: dt.date) -> list[Promise]:
    """Usually none or one; two when a moving feast falls on a fixed one."""
    return [NAMES[name] for name in _of_year(date.year).get(date, ())]


@cache
def _of_year(year: int) -> dict[dt.date, tuple[str, ...]]:
    found = holidays.country_holidays("NO", years=year, language="no")
    return {date: tuple(found.get_list(date)) for date in found}
