"""The simple view: the same URLs, actions and offer, with one question on each page.

Users who have chosen it get ``booking/simple/<page>.html`` where others get
``booking/<page>.html``. A link in a message, a log-in in the middle of booking and the switch
between the two views therefore lead to the same page.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from accounts.access import PersonRequest
from booking import queries
from booking.access.pages import know_departments, whose_pages
from booking.calendar.offers import DayOffer, Slot, SlotStatus
from booking.calendar.reasons import Kind
from booking.calendar.timetable import Row, spread
from booking.choosing import Choosing, free_day_after, free_day_before
from booking.models import Recipient
from booking.views import days

DAYS = 3  # free days on each page
TIMES = 3  # on the first page of times, spread over the day
MORE_TIMES = 5  # on each page after it, in order
FULL = (Kind.BUSY, Kind.MINE)  # nothing free, but a time may open


def is_chosen(request: HttpRequest) -> bool:
    return request.user.is_authenticated and request.user.has_simple_view


def folder(request: HttpRequest) -> str:
    """The folder of the templates for this user."""
    return "booking/simple" if is_chosen(request) else "booking"


def show(request: HttpRequest, page: str, context: dict[str, Any]) -> HttpResponse:
    return render(request, f"{folder(request)}/{page}.html", context)


@dataclass(frozen=True)
class Question:
    """ "Question 2 of 4", and the marks that show it."""

    number: int
    of: int

    @property
    def marks(self) -> list[bool]:
        return [n < self.number for n in range(self.of)]


def question(choosing: Choosing, step: int) -> Question:
    """The day is step 1. Recipients with several services have chosen one before that."""
    grants = choosing.recipient.grants.valid_on(choosing.today)
    chose_service = choosing.moving is None and grants.count() > 1
    return Question(step + chose_service, 3 + chose_service)


# -- The questions ------------------------------------------------------------


def start(request: PersonRequest, recipient: Recipient) -> HttpResponse:
    """Which service; or which day, when only one service can be chosen. A helper who may
    only look gets the list of visits."""
    if not whose_pages(request).may_book:
        return redirect("booking:visits")
    now = timezone.now()
    balances = queries.balances(recipient, timezone.localdate(now))
    if balances:
        know_departments(request, lambda: list({one.service.department: None for one in balances}))
    wanted = request.GET.get("service", "")
    chosen = next((one for one in balances if str(one.service.pk) == wanted), None)
    if len(balances) == 1:
        chosen = balances[0]
    next_visit = queries.next_booking(recipient, now) if not wanted else None
    if chosen:
        choosing = Choosing(recipient, chosen.service, now)
        back = reverse("booking:calendar") if len(balances) > 1 else ""
        return days_page(request, choosing, back_url=back, next_visit=next_visit)
    context = {
        "recipient": recipient,
        "now": now,
        "next_visit": next_visit,
        "balances": balances,
        "question": Question(1, 4),
    }
    return render(request, "booking/simple/services.html", context)


def days_page(
    request: HttpRequest, choosing: Choosing, *, back_url: str, **context: Any
) -> HttpResponse:
    """The free days, a few at a time; with ``?full=1`` the full days, to wait for a time."""
    free = [row for row in choosing.rows if row.free]
    full = [row for row in choosing.rows if row.reason in FULL]
    base = choosing.urls.days + ("&" if "?" in choosing.urls.days else "?")
    context |= {"choosing": choosing, "now": choosing.now}
    if request.GET.get("full"):
        context |= _some_of(full, _page(request), f"{base}full=1&", choosing.urls.days)
        return render(request, "booking/simple/full_days.html", context)
    context |= _some_of(free, _page(request), base, back_url)
    if not free:
        context |= days.obstacle_context(choosing)
    context |= {"full_url": f"{base}full=1" if full else "", "question": question(choosing, 1)}
    return render(request, "booking/simple/days.html", context)


def _some_of(rows: list[Row], page: int, base: str, back_url: str) -> dict[str, Any]:
    return {
        "rows": rows[(page - 1) * DAYS : page * DAYS],
        "more_url": f"{base}page={page + 1}" if len(rows) > page * DAYS else "",
        "back_url": f"{base}page={page - 1}" if page > 1 else back_url,
    }


def times_page(
    request: HttpRequest, choosing: Choosing, date: dt.date, **context: Any
) -> HttpResponse:
    """A few times spread over the day; then all of them in order, a few at a time."""
    free = _free(next((day for day in choosing.offer if day.date == date), None))
    page = _page(request)
    first = (page - 2) * MORE_TIMES
    slots = spread(free, TIMES) if page == 1 else free[first : first + MORE_TIMES]
    is_more = len(free) > (TIMES if page == 1 else first + MORE_TIMES)
    after = free_day_after(choosing.rows, date) or free_day_before(choosing.rows, date)
    url = choosing.urls.times(date)
    context |= {
        "choosing": choosing,
        "date": date,
        "slots": slots,
        "more_url": f"{url}?page={page + 1}" if is_more else "",
        "back_url": f"{url}?page={page - 1}" if page > 1 else choosing.urls.days,
        "row": next(row for row in choosing.rows if row.date == date),
        "after": after,
        "balance": choosing.balance(date),
        "question": question(choosing, 2),
    }
    return render(request, "booking/simple/times.html", context)


def _free(day: DayOffer | None) -> list[Slot]:
    return [slot for slot in (day.slots if day else ()) if slot.status is SlotStatus.FREE]


def _page(request: HttpRequest) -> int:
    """``?page=2``; the first page when it is missing or invalid."""
    number = request.GET.get("page", "")
    return max(int(number), 1) if number.isascii() and number.isdigit() and len(number) < 4 else 1
