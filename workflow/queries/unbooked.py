"""Essential help that is granted and not booked: the list that staff call from."""

import datetime as dt
from collections.abc import Collection
from typing import NamedTuple

from django.utils import timezone

from booking.models import Grant
from booking.queries.calls import Call, calls_about
from booking.queries.essential import Unbooked, next_week, unbooked
from booking.queries.slack import free_days
from database.list_pages import ListPage
from departments.models import Department

FIRST = 8  # on the page of today
PER_PAGE = 10


class NotBooked(NamedTuple):
    """An essential service that is not booked, and the days that are left in its week or month,
    today included, with a free time for this recipient."""

    unbooked: Unbooked
    free_days: list[dt.date]
    calls: list[Call]


def first_unbooked(department: Department, now: dt.datetime) -> ListPage[NotBooked]:
    """The most urgent ones of this week and month, for the page of today."""
    today = timezone.localdate(now)
    return _listed(department, now, today, Grant.Period.values, 1, FIRST)


def unbooked_help(
    department: Department, now: dt.datetime, *, is_next: bool = False, page: int = 1
) -> ListPage[NotBooked]:
    """A page of all of them, from 1: of this week and month, or of the next week. An empty page
    beyond the end becomes the first page."""
    first, periods = timezone.localdate(now), list(Grant.Period.values)
    if is_next:
        first, periods = next_week(first)
    return _listed(department, now, first, periods, page, PER_PAGE)


def _listed(
    department: Department,
    now: dt.datetime,
    first: dt.date,
    periods: Collection[str],
    page: int,
    size: int,
) -> ListPage[NotBooked]:
    """Those with the fewest days left first: across pages as counted last, on the page as counted
    now."""
    after = (page - 1) * size
    is_next = first > timezone.localdate(now)
    found = unbooked(
        department, first, most=size, after=after, granted_by=periods, begins_then=is_next
    )
    if after and not found.shown:
        return _listed(department, now, first, periods, 1, size)
    days = free_days(department, [one.grant for one in found.shown], now, first)
    calls = calls_about([one.grant.pk for one in found.shown], now)
    shown = [NotBooked(one, days[one.grant.pk], calls[one.grant.pk]) for one in found.shown]
    shown.sort(key=lambda one: len(one.free_days))
    return ListPage.of(shown, count=found.count, after=after, number=page)
