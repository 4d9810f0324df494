"""The steps of choosing a time: the times of a day, the check before booking, and refusals.

A refusal is a page in plain words with what can be done instead, not an error page; what
was typed is kept.
"""

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from booking import errors, queries
from booking.access.pages import sees_plans, whose_pages
from booking.calendar.offers import Slot
from booking.calendar.plans import PlanTime, first_meeting
from booking.calendar.timetable import OwnVisit, PartOfDay, Row, parts_of_day
from booking.choosing import (
    Alternative,
    Choosing,
    alternatives,
    free_day_after,
    free_day_before,
)
from booking.forms.visits import BookForm, MoveForm
from booking.models import Recipient
from booking.notices.notified import notified_for_helper
from booking.templatetags.grants import window_in_words
from booking.views import simple
from booking.views.drafts import Draft
from database.transactions import Busy
from departments.hours import DAY, monday

TEMPLATES: dict[type[Exception], str] = {
    errors.SlotTaken: "taken",
    errors.NoSuchSlot: "taken",  # the opening hours changed while the user was choosing
    errors.OverlapsOwn: "overlaps_own",
    errors.OverQuota: "over_quota",
    errors.NotGranted: "not_granted",
    errors.Paused: "paused",
    errors.TooLate: "too_late",
    errors.AlreadyReported: "too_late",
    errors.TimesAreSet: "times_are_set",
    errors.NotYoursYet: "not_yours_yet",
    errors.OutsideWindow: "outside_window",
    errors.EnoughThatDay: "enough_that_day",
    errors.TooClose: "too_close",
    errors.OutsideHorizon: "outside_horizon",
    errors.NotOpen: "not_open",
    Busy: "busy",
}
OFFERING_OTHERS = (
    "taken",
    "overlaps_own",
    "too_late",
    "outside_window",
    "enough_that_day",
    "too_close",
)
RETRY_AFTER = 5  # seconds


# -- The times of a day ------------------------------------------------------


@dataclass(frozen=True)
class DayLink:
    """A link to another day's times."""

    date: dt.date
    url: str


def times_page(request: HttpRequest, choosing: Choosing, date: dt.date) -> HttpResponse:
    """The times of one day, by day part, with links to the free days before and after."""
    row = next((row for row in choosing.rows if row.date == date), None)
    if row is None:
        noon = dt.datetime.combine(date, dt.time(12), tzinfo=timezone.get_current_timezone())
        return refuse(request, choosing, noon, errors.OutsideHorizon())
    times = plan_times(request, choosing, date)
    if simple.is_chosen(request):
        return simple.times_page(request, choosing, date, plan_times=times)
    context = {
        "plan_times": times,
        "choosing": choosing,
        "date": date,
        "row": row,
        "parts": _day_parts(choosing, date),
        "before": _link(choosing, free_day_before(choosing.rows, date)),
        "after": _link(choosing, free_day_after(choosing.rows, date)),
        "own_visits": _own_visits_in_week(choosing, date),
        "balance": choosing.balance(date),
    }
    return render(request, "booking/times.html", context)


def plan_times(request: HttpRequest, choosing: Choosing, date: dt.date) -> Sequence[PlanTime]:
    """The recipient's own plans of that day and the night after it, for a reader who may see
    them. They keep nobody from booking."""
    if not sees_plans(request):
        return ()
    return queries.plan_times(choosing.recipient, date, date + DAY)


def _day_parts(choosing: Choosing, date: dt.date) -> list[PartOfDay]:
    day = next(day for day in choosing.offer if day.date == date)
    moving = choosing.moving.pk if choosing.moving else None
    own = [visit for visit in choosing.own_visits(date, date) if visit.id != moving]
    return parts_of_day(day, own, step=choosing.step, timezone=timezone.get_current_timezone())


def _link(choosing: Choosing, row: Row | None) -> DayLink | None:
    return DayLink(row.date, choosing.urls.times(row.date)) if row else None


def _own_visits_in_week(choosing: Choosing, date: dt.date) -> list[OwnVisit]:
    first = monday(date)
    return choosing.own_visits(first, first + dt.timedelta(days=6))


def to_receipt(booking_id: uuid.UUID) -> HttpResponse:
    """The visit's page with the receipt, and with the focus on what has been done."""
    return redirect(receipt_url(booking_id))


def receipt_url(booking_id: uuid.UUID) -> str:
    return f"{reverse('booking:visit', args=[booking_id])}?receipt=1#question"


# -- The check before booking ------------------------------------------------


def check_page(
    request: HttpRequest, choosing: Choosing, starts_at: dt.datetime, form: BookForm | MoveForm
) -> HttpResponse:
    """Shows what will be booked, with the button that books it; or why it can't be. A visit that
    the recipient has already, as after going back, is shown on its own page."""
    if booked := _already_booked(choosing, starts_at):
        return redirect("booking:visit", booked)
    try:
        slot = choosing.slot(starts_at)
    except errors.NoSuchSlot:
        raise Http404 from None
    except (errors.BookingError, Busy) as error:
        draft = Draft.of(form) if isinstance(form, BookForm) else None
        return refuse(request, choosing, starts_at, error, draft=draft)
    context = {"choosing": choosing, "slot": slot, "form": form, **_around(choosing, slot)}
    context["notified"] = notified_by_helper(request, choosing.recipient)
    times = plan_times(request, choosing, timezone.localdate(starts_at))
    context["plan"] = first_meeting(times, slot.starts_at, slot.ends_at)
    if simple.is_chosen(request):
        context["question"] = simple.question(choosing, 3)
    return simple.show(request, "check", context)


def _already_booked(choosing: Choosing, starts_at: dt.datetime) -> uuid.UUID | None:
    """The recipient's visit of this service that begins then; the one that moves, if it does."""
    if choosing.moving:
        return choosing.moving.pk if choosing.moving.starts_at == starts_at else None
    return choosing.person.booked_at(choosing.service, starts_at)


def notified_by_helper(request: HttpRequest, recipient: Recipient) -> Sequence[str]:
    """Who gets a message about a change by the reader; nothing on one's own pages."""
    mandate = whose_pages(request).mandate
    return notified_for_helper(recipient, mandate.holder) if mandate else ()


def _around(choosing: Choosing, slot: Slot) -> dict[str, Any]:
    """The recipient's week with this time among the visits, the deadline for changes, and
    what is left of the grant."""
    date = timezone.localdate(slot.starts_at)
    notice = dt.timedelta(minutes=choosing.service.department.change_deadline_minutes)
    visits: list[OwnVisit | Slot] = [*_own_visits_in_week(choosing, date), slot]
    return {
        "date": date,
        "change_until": slot.starts_at - notice,
        "own_visits": sorted(visits, key=lambda one: one.starts_at),
        "balance": choosing.balance(date),
    }


# -- Refusals ----------------------------------------------------------------


def refuse(
    request: HttpRequest,
    choosing: Choosing,
    starts_at: dt.datetime,
    error: errors.BookingError | Busy,
    *,
    draft: Draft | None = None,
) -> HttpResponse:
    """A page that says why, keeps what was typed, and offers what can be booked instead."""
    name = TEMPLATES[type(error)]
    if name == "too_late" and is_too_late_to_move(choosing):
        name = "too_late_to_move"
    date = timezone.localdate(starts_at)
    context: dict[str, Any] = {
        "choosing": choosing,
        "starts_at": starts_at,
        "date": date,
        "draft": draft,
        "times_url": choosing.urls.times(date),
        "refused": f"{simple.folder(request)}/refused.html",
        "why": name,
        "notified": notified_by_helper(request, choosing.recipient),
    }
    if name in OFFERING_OTHERS:
        context["alternatives"] = _alternatives(choosing, starts_at, error)
    if name == "taken":
        context["balance"] = choosing.balance(date)
        context["is_busy"] = not isinstance(error, errors.NoSuchSlot)
    if grant := choosing.grant(date):
        context |= {"choice_from": grant.choice_from, "window": window_in_words(grant)}
    if name == "overlaps_own":
        # Links to the check: who goes back after booking must not book once more by one press.
        context |= {"visits": _visits_during(choosing, starts_at), "as_links": True}
    if name == "over_quota":
        context |= _used_up(choosing, date)
    response = render(request, f"booking/refused/{name}.html", context)
    if name == "busy":
        response.status_code = 503
        response.headers["Retry-After"] = str(RETRY_AFTER)
    return response


def is_too_late_to_move(choosing: Choosing) -> bool:
    moving = choosing.moving
    return moving is not None and choosing.now > queries.change_deadline(moving)


def _alternatives(
    choosing: Choosing, wanted: dt.datetime, error: errors.BookingError | Busy
) -> list[Alternative]:
    """The nearest free times; those that the action has found already, if it has."""
    if isinstance(error, errors.SlotTaken) and error.alternatives is not None:
        return [Alternative(slot, wanted) for slot in error.alternatives]
    return alternatives(choosing.offer, wanted)


def _visits_during(choosing: Choosing, starts_at: dt.datetime) -> list[OwnVisit]:
    """The recipient's own visits that a visit at ``starts_at`` would overlap."""
    ends_at = starts_at + dt.timedelta(minutes=choosing.minutes)
    first, last = timezone.localdate(starts_at), timezone.localdate(ends_at)
    return [
        visit
        for visit in choosing.own_visits(first, last)
        if visit.starts_at < ends_at and starts_at < visit.ends_at
    ]


def _used_up(choosing: Choosing, date: dt.date) -> dict[str, Any]:
    """The balance, the first free day after its period, and the bookings that use it up and
    can be moved."""
    balance = choosing.balance(date)
    if balance is None:
        return {"balance": None, "next_free": None, "movable": []}
    return {
        "balance": balance,
        "quota": balance.refusal(choosing.minutes),
        "next_free": free_day_after(choosing.rows, balance.period_end),
        "movable": queries.movable_bookings(choosing.recipient, balance, choosing.now),
    }
