"""Norway's public holidays, with translatable names.

The ``holidays`` library falls back to English for ``nb`` and ``nn`` without an error. Its
names for ``no`` are bokmål; they are the keys of ``NAMES``.
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
    """None or one name; two when a movable holiday falls on a fixed one."""
    return [NAMES[name] for name in _of_year(date.year).get(date, ())]


@cache
def _of_year(year: int) -> dict[dt.date, tuple[str, ...]]:
    found = holidays.country_holidays("NO", years=year, language="no")
    return {date: tuple(found.get_list(date)) for date in found}
