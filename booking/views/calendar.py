"""Where a recipient lands: their next visit, what is left, and what is free."""

import datetime as dt
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.access import PersonRequest
from accounts.decorators import person_required
from booking import freshness, queries
from booking.access import recipient_for
from booking.entitlement import Balance
from booking.models import Recipient
from booking.timetable import monday, week_picture
from booking.views import simple
from booking.views.choosing import Choosing, own_visits

WEEK = dt.timedelta(days=7)


@require_safe
@person_required
def calendar(request: PersonRequest) -> HttpResponse:
    recipient = recipient_for(request)
    if simple.is_chosen(request):
        return simple.start(request, recipient)
    now = timezone.now()
    tag = freshness.etag(request, freshness.calendar_version(recipient, now))
    if unchanged := freshness.not_modified(request, tag):
        return unchanged
    shelf = queries.balances(recipient, timezone.localdate(now))
    context: dict[str, Any] = {
        "recipient": recipient,
        "now": now,
        "next_visit": queries.next_booking(recipient, now),
        "shelf": shelf,
    }
    if shelf:
        choosing = Choosing(recipient, _chosen(request, shelf).service, now)
        context |= {"choosing": choosing, "obstacle": choosing.obstacle}
        context |= _week(request, recipient, choosing)
    response = render(request, "booking/calendar.html", context)
    if tag:
        response.headers["ETag"] = tag
    return response


@require_safe
@person_required
def week(request: PersonRequest) -> HttpResponse:
    """One week on a page of its own: a list on a phone, a sheet on paper."""
    recipient = recipient_for(request)
    now = timezone.now()
    shelf = queries.balances(recipient, timezone.localdate(now))
    choosing = Choosing(recipient, _chosen(request, shelf).service, now) if shelf else None
    context = {"recipient": recipient, "choosing": choosing, **_week(request, recipient, choosing)}
    return render(request, "booking/week.html", context)


def _chosen(request: PersonRequest, shelf: list[Balance]) -> Balance:
    """The service of the address, else the first with something left."""
    wanted = request.GET.get("service", "")
    for balance in shelf:
        if str(balance.service.pk) == wanted:
            return balance
    return next((balance for balance in shelf if balance.left > 0), shelf[0])


def _week(
    request: PersonRequest, recipient: Recipient, choosing: Choosing | None
) -> dict[str, Any]:
    """The picture of the week asked for, and the weeks before and after that can be booked."""
    today = timezone.localdate()
    first, last = monday(today), monday(choosing.last_day if choosing else today)
    shown = min(max(_week_asked_for(request) or first, first), last)
    sunday = shown + dt.timedelta(days=6)
    return {
        "picture": week_picture(
            shown,
            choosing.offer if choosing else [],
            own_visits(recipient, shown, sunday),
            today=today,
            step=choosing.step if choosing else WEEK,
            timezone=timezone.get_current_timezone(),
        ),
        "sunday": sunday,
        "week_before": shown - WEEK if shown > first else None,
        "week_after": shown + WEEK if shown < last else None,
    }


def _week_asked_for(request: PersonRequest) -> dt.date | None:
    """The Monday of ``?week=2026-W48``."""
    try:
        return dt.datetime.strptime(request.GET.get("week", "") + "-1", "%G-W%V-%u").date()  # noqa: DTZ007
    except ValueError:
        return None
