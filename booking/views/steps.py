"""The steps of choosing: the times of a day, the last look, and a page for each no.

A no is told in plain words and is never an error page; nothing typed is lost with it.
"""

import datetime as dt
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from booking import errors
from booking.choosing import Choosing, Turn
from booking.forms.visits import BookForm, MoveForm
from booking.views import simple
from booking.views.drafts import Draft
from database.transactions import Busy
from departments.hours import monday

TEMPLATES: dict[type[Exception], str] = {
    errors.SlotTaken: "taken",
    errors.NoSuchSlot: "taken",  # the hours changed while somebody was choosing
    errors.OverlapsOwn: "overlaps_own",
    errors.OverQuota: "over_quota",
    errors.NotGranted: "not_granted",
    errors.TooLate: "too_late",
    errors.OutsideHorizon: "outside_horizon",
    errors.NotOpen: "not_open",
    Busy: "busy",
}
RETRY_AFTER = 5  # seconds


def times_page(request: HttpRequest, choosing: Choosing, date: dt.date) -> HttpResponse:
    """The times of one day, by part of day, and the free days before and after."""
    row = next((row for row in choosing.rows if row.date == date), None)
    if row is None:
        noon = dt.datetime.combine(date, dt.time(12), tzinfo=timezone.get_current_timezone())
        return refuse(request, choosing, noon, errors.OutsideHorizon())
    if simple.is_chosen(request):
        return simple.times_page(request, choosing, date)
    first = monday(date)
    before, after = choosing.free_day_before(date), choosing.free_day_after(date)
    return render(
        request,
        "booking/times.html",
        {
            "choosing": choosing,
            "date": date,
            "row": row,
            "parts": choosing.parts(date),
            "before": before and Turn(before.date, choosing.times_url(before.date)),
            "after": after and Turn(after.date, choosing.times_url(after.date)),
            "own_visits": choosing.own_visits(first, first + dt.timedelta(days=6)),
            "balance": choosing.balance(date),
        },
    )


def check_page(
    request: HttpRequest, choosing: Choosing, starts_at: dt.datetime, form: BookForm | MoveForm
) -> HttpResponse:
    """The last look before the press; or why this time can't be had."""
    try:
        slot = choosing.slot(starts_at)
    except errors.NoSuchSlot:
        raise Http404 from None
    except (errors.BookingError, Busy) as error:
        draft = Draft.of(form) if isinstance(form, BookForm) else None
        return refuse(request, choosing, starts_at, error, draft=draft)
    context = {"choosing": choosing, "slot": slot, "form": form, **choosing.around(slot)}
    if simple.is_chosen(request):
        context["question"] = simple.question(choosing, 3)
    return simple.show(request, "check", context)


def refuse(
    request: HttpRequest,
    choosing: Choosing,
    starts_at: dt.datetime,
    error: errors.BookingError | Busy,
    *,
    draft: Draft | None = None,
) -> HttpResponse:
    """Say why, keep what was typed, and offer what can be had instead."""
    name = TEMPLATES[type(error)]
    if name == "too_late" and choosing.is_too_late_to_move:
        name = "too_late_to_move"
    date = timezone.localdate(starts_at)
    context: dict[str, Any] = {
        "choosing": choosing,
        "starts_at": starts_at,
        "date": date,
        "draft": draft,
        "times_url": choosing.times_url(date),
        "refused": f"{simple.folder(request)}/refused.html",
        "why": name,
    }
    if name in ("taken", "overlaps_own", "too_late"):
        found = error.alternatives if isinstance(error, errors.SlotTaken) else None
        context["alternatives"] = choosing.alternatives(starts_at, found)
    if name == "taken":
        known = error.reason if isinstance(error, errors.SlotTaken) else None
        context["reason"] = known or choosing.why_taken(starts_at)
    if name in ("taken", "over_quota"):
        context["balance"] = choosing.balance(date)
    if name == "overlaps_own":
        context["visits"] = choosing.visits_during(starts_at)
    if name == "over_quota":
        context["next_free"] = choosing.free_day_after_period(context["balance"])
        context["movable"] = choosing.movable(context["balance"])
    response = render(request, f"booking/refused/{name}.html", context)
    if name == "busy":
        response.status_code = 503
        response.headers["Retry-After"] = str(RETRY_AFTER)
    return response
