"""The simple view: the same addresses, verbs and offer, one question a page.

Whoever has chosen it gets ``booking/simple/<page>.html`` where others get
``booking/<page>.html``. So links in messages, a log-in in the middle of booking and the
way between the two views lead to the same place, and what can be had in one can be had
in the other.
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
from booking.access.pages import whose_pages
from booking.calendar.offers import DayOffer, Slot, SlotStatus
from booking.calendar.timetable import Kind, Row, spread
from booking.choosing import Choosing
from booking.models import Recipient

DAYS = 3  # the soonest free ones, and so many more on each page after them
TIMES = 3  # spread over the day
MORE_TIMES = 5  # in order, on each page after them
FULL = (Kind.BUSY, Kind.MINE)  # a day on which a time may still open


def is_chosen(request: HttpRequest) -> bool:
    return request.user.is_authenticated and request.user.has_simple_view


def folder(request: HttpRequest) -> str:
    """Where the templates are that this person gets."""
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
    """The day is step 1. Whoever has several services was asked about those before."""
    grants = choosing.recipient.grants.valid_on(choosing.today)
    asked_before = choosing.moving is None and grants.count() > 1
    return Question(step + asked_before, 3 + asked_before)


# -- The questions ------------------------------------------------------------


def start(request: PersonRequest, recipient: Recipient) -> HttpResponse:
    """Which service; or which day, once there is nothing to choose between. Whoever may
    only look has no question to answer, and gets the visits."""
    if not whose_pages(request).may_book:
        return redirect("booking:visits")
    now = timezone.now()
    shelf = queries.balances(recipient, timezone.localdate(now))
    wanted = request.GET.get("service", "")
    chosen = next((one for one in shelf if str(one.service.pk) == wanted), None)
    if len(shelf) == 1:
        chosen = shelf[0]
    next_visit = queries.next_booking(recipient, now) if not wanted else None
    if chosen:
        choosing = Choosing(recipient, chosen.service, now)
        back = reverse("booking:calendar") if len(shelf) > 1 else ""
        return days_page(request, choosing, back_url=back, next_visit=next_visit)
    context = {
        "recipient": recipient,
        "now": now,
        "next_visit": next_visit,
        "shelf": shelf,
        "question": Question(1, 4),
    }
    return render(request, "booking/simple/services.html", context)


def days_page(
    request: HttpRequest, choosing: Choosing, *, back_url: str, **context: Any
) -> HttpResponse:
    """The free days, a few at a time; behind them, with ``?full=1``, the days to wait for."""
    free = [row for row in choosing.rows if row.free]
    full = [row for row in choosing.rows if row.reason in FULL]
    base = choosing.days_url + ("&" if "?" in choosing.days_url else "?")
    context |= {"choosing": choosing, "now": choosing.now}
    if request.GET.get("full"):
        context |= _some_of(full, _page(request), f"{base}full=1&", choosing.days_url)
        return render(request, "booking/simple/full_days.html", context)
    context |= _some_of(free, _page(request), base, back_url)
    context |= {"full_url": f"{base}full=1" if full else "", "question": question(choosing, 1)}
    return render(request, "booking/simple/days.html", context)


def _some_of(rows: list[Row], page: int, base: str, back_url: str) -> dict[str, Any]:
    return {
        "rows": rows[(page - 1) * DAYS : page * DAYS],
        "more_url": f"{base}page={page + 1}" if len(rows) > page * DAYS else "",
        "back_url": f"{base}page={page - 1}" if page > 1 else back_url,
    }


def times_page(request: HttpRequest, choosing: Choosing, date: dt.date) -> HttpResponse:
    """A few times spread over the day; then all of them in order, a few at a time."""
    free = _free(next((day for day in choosing.offer if day.date == date), None))
    page = _page(request)
    first = (page - 2) * MORE_TIMES
    slots = spread(free, TIMES) if page == 1 else free[first : first + MORE_TIMES]
    is_more = len(free) > (TIMES if page == 1 else first + MORE_TIMES)
    after = choosing.free_day_after(date) or choosing.free_day_before(date)
    url = choosing.times_url(date)
    context = {
        "choosing": choosing,
        "date": date,
        "slots": slots,
        "more_url": f"{url}?page={page + 1}" if is_more else "",
        "back_url": f"{url}?page={page - 1}" if page > 1 else choosing.days_url,
        "row": next(row for row in choosing.rows if row.date == date),
        "after": after,
        "balance": choosing.balance(date),
        "question": question(choosing, 2),
    }
    return render(request, "booking/simple/times.html", context)


def _free(day: DayOffer | None) -> list[Slot]:
    return [slot for slot in (day.slots if day else ()) if slot.status is SlotStatus.FREE]


def _page(request: HttpRequest) -> int:
    """``?page=2``; anything that makes no sense is the first."""
    number = request.GET.get("page", "")
    return max(int(number), 1) if number.isascii() and number.isdigit() and len(number) < 4 else 1
