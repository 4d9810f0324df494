"""A recipient's front page: the next visit, what is left of the grants, and what is free."""

import datetime as dt
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from accounts.access import PersonRequest
from accounts.decorators import person_required
from accounts.http_methods import require_safe
from booking.access.pages import person_for, recipient_for, whose_pages
from booking.calendar.reasons import Obstacle
from booking.calendar.timetable import week_picture
from booking.choosing import Choosing
from booking.queries import Person
from booking.queries.entitlement import Balance
from booking.queries.versions import calendar_version
from booking.templatetags.balances import is_enough
from booking.views import days, etags, simple
from departments.hours import monday
from departments.phones import shared_phones_in_words

WEEK = dt.timedelta(days=7)


@require_safe
@person_required
def calendar(request: PersonRequest) -> HttpResponse:
    if not whose_pages(request).may_book:
        return redirect("booking:visits")
    if simple.is_chosen(request):
        return simple.start(request, recipient_for(request))
    person = person_for(request)
    tag = etags.etag(request, calendar_version(person))
    if unchanged := etags.not_modified(request, tag):
        return unchanged
    visit = person.next_booking
    balances = person.balances(person.today)
    context: dict[str, Any] = {
        "etag": tag or "",
        "recipient": person.recipient,
        "today": person.today,
        "next_visit": visit,
        "is_now": visit is not None and visit.starts_at <= person.now,
        "balances": balances,
        "pauses": person.pauses,
        "kept": person.kept_visits,
    }
    choosing = _choosing(request, person, balances)
    if choosing:
        context |= {"choosing": choosing, **days.obstacle_context(choosing)}
        if context.get("obstacle") in (None, Obstacle.MIXED):
            context["weeks"] = days.weeks(choosing)
    context |= _week(request, person, choosing)
    response = render(request, "booking/calendar.html", context)
    if tag:
        response.headers["ETag"] = tag
    return response


@require_safe
@person_required
def week(request: PersonRequest) -> HttpResponse:
    """One week on a separate page: a list on a phone, a sheet on paper."""
    person = person_for(request)
    may_book = whose_pages(request).may_book
    balances = person.balances(person.today) if may_book else []
    choosing = _choosing(request, person, balances)
    context = {
        "recipient": person.recipient,
        "paper_phone": shared_phones_in_words(person.current_departments),
        "choosing": choosing,
        **_week(request, person, choosing),
    }
    return simple.show(request, "week", context)


def _choosing(request: PersonRequest, person: Person, balances: list[Balance]) -> Choosing | None:
    """For the service in the URL, else the first with a visit left that the person chooses;
    None without a grant."""
    if not balances:
        return None
    wanted = request.GET.get("service", "")
    chosen = next((one for one in balances if str(one.service.pk) == wanted), None)
    enough = (one for one in balances if is_enough(one))
    chosen = chosen or next(enough, balances[0])
    return Choosing.of(person, chosen.service)


def _week(request: PersonRequest, person: Person, choosing: Choosing | None) -> dict[str, Any]:
    """The picture of the week in the URL, and the weeks before and after that can be booked."""
    today = person.today
    first, last = monday(today), monday(choosing.last_day if choosing else today)
    shown = min(max(_week_in_url(request) or first, first), last)
    sunday = shown + dt.timedelta(days=6)
    return {
        "picture": week_picture(
            shown,
            choosing.offer if choosing else [],
            person.visits_on(shown, sunday),
            today=today,
            step=choosing.step if choosing else WEEK,
            timezone=timezone.get_current_timezone(),
            closed=choosing.closed_days if choosing else {},
        ),
        "sunday": sunday,
        "week_before": shown - WEEK if shown > first else None,
        "week_after": shown + WEEK if shown < last else None,
    }


def _week_in_url(request: PersonRequest) -> dt.date | None:
    """The Monday of ``?week=2026-W48``."""
    try:
        return dt.datetime.strptime(request.GET.get("week", "") + "-1", "%G-W%V-%u").date()  # noqa: DTZ007
    except ValueError:
        return None
