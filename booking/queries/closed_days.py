"""Why days are closed, in the words that recipients read."""

import datetime as dt
import uuid
from collections.abc import Iterable

from booking.queries.process_cache import ProcessCache
from departments.models import Department, SpecialDay
from departments.public_holidays import public_holiday_names

DEPARTMENTS_CACHED = 256

# Every change of special days raises ``hours_version``.
_names: ProcessCache[dict[dt.date, str]] = ProcessCache(DEPARTMENTS_CACHED)


def names_of_closed_days(department: Department, dates: Iterable[dt.date]) -> dict[dt.date, str]:
    """The names of those dates that have one: of the special day, else of the public holiday.
    One statement, when the department's special days are not cached and there are dates."""
    dates = list(dates)
    if not dates:
        return {}
    key: tuple[uuid.UUID, int] = (department.pk, department.hours_version)
    special = _names.get(key)
    if special is None:
        special = dict(
            SpecialDay.objects.filter(department=department, hours__isnull=True).values_list(
                "date", "name"
            )
        )
        _names.put(key, special)
    found = {
        date: special.get(date) or ", ".join(map(str, public_holiday_names(date)))
        for date in dates
    }
    return {date: name for date, name in found.items() if name}
