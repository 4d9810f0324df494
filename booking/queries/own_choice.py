"""What a person may choose themselves under a grant, by its kind of time, window and spacing.

Staff who act for the person are not bound by it, but give a reason for a time outside the
window or too close to another visit.
"""

import datetime as dt
import functools
from collections.abc import Iterable

from django.utils import timezone

from booking.calendar.offers import SlotStatus
from booking.models import Booking, Grant
from booking.queries.grants import grant_among, grant_of_booking, kind_of_time
from departments.hours import local_instant
from departments.models import KindOfTime

Window = tuple[int, int]  # the first second of it, and the first after it


def refusal_of_date(grant: Grant, date: dt.date) -> SlotStatus | None:
    """Why the person may choose no time on that local date; None when they may."""
    if grant.times_are_set:
        return SlotStatus.SET
    if grant.choice_from is not None and date < grant.choice_from:
        return SlotStatus.NOT_YOURS_YET
    return None


def refusal_of_booking(booking: Booking) -> SlotStatus | None:
    """Why the person may not move or cancel the visit; None when they may. At most one
    statement when the booking's grant is loaded."""
    return _refusal(booking, grant_of_booking(booking))


def refusal_under(grants: Iterable[Grant], booking: Booking) -> SlotStatus | None:
    """As ``refusal_of_booking``, with all of the recipient's grants."""
    return _refusal(booking, grant_among(grants, booking))


def _refusal(booking: Booking, grant: Grant | None) -> SlotStatus | None:
    if grant is not None:
        return refusal_of_date(grant, timezone.localdate(booking.starts_at))
    return SlotStatus.SET if kind_of_time(booking, None) == KindOfTime.SET else None


def refusal_of_spacing(
    grant: Grant, date: dt.date, others: Iterable[dt.date]
) -> SlotStatus | None:
    """Why a visit on the date is too many, or too close to the ``others`` of the service."""
    if grant.at_most_a_day is None and not grant.days_between:
        return None
    between = grant.days_between or 0
    others = list(others)
    if grant.at_most_a_day is not None and others.count(date) >= grant.at_most_a_day:
        return SlotStatus.ENOUGH_THAT_DAY
    if between and any(abs((date - other).days) <= between for other in others):
        return SlotStatus.TOO_CLOSE
    return None


def window_on(grant: Grant, date: dt.date) -> Window | None:
    """The grant's window on a local date, in seconds since 1970; None without one."""
    if grant.kind_of_time != KindOfTime.WINDOW:
        return None
    if grant.window_start is None or grant.window_end is None:
        return None
    return _window(date, grant.window_start, grant.window_end)


@functools.lru_cache(maxsize=1024)
def _window(date: dt.date, start: dt.time, end: dt.time) -> Window:
    zone = timezone.get_default_timezone()
    first, last = (int(local_instant(date, at, zone).timestamp()) for at in (start, end))
    return first, last
