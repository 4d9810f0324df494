"""A person's bookings: coming and past, the proof of one, moving and cancelling it."""

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import cast

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts import unsent
from accounts.access import PersonRequest
from accounts.decorators import person_required
from booking import actions, errors, outcomes, queries
from booking.access.pages import booking_for, recipient_for, whose_pages
from booking.choosing import Choosing
from booking.converters import Clock
from booking.forms.visits import MoveForm
from booking.models import Booking, BookingEvent, BookingSeries, Mandate, SlotWish
from booking.queries.actors import Actor, Actors
from booking.views import simple
from booking.views.afterwards import again_next_week, booked_again, undo_key
from booking.views.steps import check_page, refuse, times_page
from database.transactions import Busy

HISTORY = 20  # on a page


@require_safe
@person_required
def visits(request: PersonRequest) -> HttpResponse:
    """Coming visits and the history, latest first, a page of it at a time."""
    recipient = recipient_for(request)
    now = timezone.now()
    before = _instant_or_none(request.GET.get("before"))
    beyond = _id_or_none(request.GET.get("beyond")) or queries.LAST_ID
    # A cancelled visit is history at once, also one that should have been next week.
    last = before or now + dt.timedelta(days=366)
    history = queries.history(recipient, before=last, beyond=beyond, limit=HISTORY + 1)
    context = {
        "coming": [] if before else queries.coming(recipient, now),
        "history": history[:HISTORY],
        "outcomes": outcomes.registered().of([past.pk for past in history]),
        "doers": Actors(recipient),
        "older": history[HISTORY - 1] if len(history) > HISTORY else None,
        "is_older": before is not None,
        "now": now,
    }
    if simple.is_chosen(request) and not before:
        # Fewer answers are calmer: only what there is can be chosen.
        context["has_series"] = (
            BookingSeries.objects.running().filter(recipient=recipient).exists()
        )
        context["has_wishes"] = SlotWish.objects.filter(recipient=recipient).exists()
    return simple.show(request, "visits", context)


@require_safe
@person_required
def visit(request: PersonRequest, booking: uuid.UUID) -> HttpResponse:
    """The proof that a visit is booked, moved or cancelled, and what can be done with it."""
    found = booking_for(request, booking)
    now, may_book = timezone.now(), whose_pages(request).may_book
    events = list(found.events.select_related("by"))
    last = events[-1] if events else None
    doers = Actors(found.recipient)
    is_over, can_change = found.ends_at <= now, _can_change(found) and may_book
    after_all = booked_again(found)
    return simple.show(
        request,
        "visit",
        {
            "visit": found,
            "last_event": last,
            "doers": doers,
            "done_by": doers.of(last) if last else Actor.OWN,
            "booked_by": _booked_by(events, doers),
            "is_over": is_over,
            "outcomes": outcomes.registered().of([found.pk]) if is_over else {},
            "balance": queries.balance(
                found.recipient, found.service, timezone.localdate(found.starts_at)
            ),
            "can_change": can_change,
            "cancel_until": queries.cancel_deadline(found),
            "again": again_next_week(found, now) if can_change else None,
            "booked_again": after_all,
            "undo_key": undo_key(found, last, now) if may_book and after_all is None else None,
            "series": BookingSeries.objects.running().filter(dates__booking=found).first(),
        },
    )


# -- Moving: choose a day, a time, look it over, move -------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def move(request: HttpRequest, booking: uuid.UUID) -> HttpResponse:
    return _move(request, booking) if request.method == "POST" else _move_days(request, booking)


@person_required
def _move_days(request: PersonRequest, booking: uuid.UUID) -> HttpResponse:
    visit = _changeable(request, booking)
    if visit is None:
        return redirect("booking:visit", booking)
    choosing = Choosing.of_move(visit)
    if choosing.is_too_late_to_move:
        return refuse(request, choosing, visit.starts_at, errors.TooLate())
    if simple.is_chosen(request):
        back = reverse("booking:visit", args=[visit.pk])
        return simple.days_page(request, choosing, back_url=back)
    return render(request, "booking/move.html", {"choosing": choosing})


@require_safe
@person_required
def move_times(request: PersonRequest, booking: uuid.UUID, date: dt.date) -> HttpResponse:
    visit = _changeable(request, booking)
    if visit is None:
        return redirect("booking:visit", booking)
    return times_page(request, Choosing.of_move(visit), date)


@require_safe
@person_required
def move_check(
    request: PersonRequest, booking: uuid.UUID, date: dt.date, clock: Clock
) -> HttpResponse:
    unsent.take(request, reverse("booking:move", args=[booking]))
    visit = _changeable(request, booking)
    if visit is None:
        return redirect("booking:visit", booking)
    starts_at = clock.on(date)
    if starts_at is None:
        raise Http404
    form = MoveForm(initial={"starts_at": starts_at.isoformat()})
    return check_page(request, Choosing.of_move(visit), starts_at, form)


def _move(request: HttpRequest, booking_id: uuid.UUID) -> HttpResponse:
    """Take the new time; the old one goes only then. Sent twice, it moves once."""
    form = MoveForm(request.POST)
    if not form.is_valid():
        raise Http404
    starts_at = form.cleaned_data["starts_at"]
    if not request.user.is_authenticated:
        date, clock = timezone.localdate(starts_at), Clock.of(starts_at)
        unsent.keep(request)
        return redirect_to_login(reverse("booking:move_check", args=[booking_id, date, clock]))
    request = cast(PersonRequest, request)
    visit = _changeable(request, booking_id)
    if visit is not None and visit.starts_at != starts_at:
        choosing = Choosing.of_move(visit)
        try:
            actions.move(
                booking=visit,
                starts_at=starts_at,
                by=request.user,
                via=whose_pages(request).via,
            )
        except (errors.BookingError, Busy) as error:
            return refuse(request, choosing, starts_at, error)
    return redirect("booking:visit", booking_id)


# -- Cancelling ---------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@person_required
def cancel(request: PersonRequest, booking: uuid.UUID) -> HttpResponse:
    """Ask once, then cancel. What is cancelled or has begun already is shown as it is."""
    visit = _changeable(request, booking)
    if visit is None:
        return redirect("booking:visit", booking)
    if timezone.now() > queries.cancel_deadline(visit):
        return _too_late_to_cancel(request, visit)
    if request.method == "POST":
        try:
            actions.cancel(booking=visit, by=request.user, via=whose_pages(request).via)
        except errors.TooLate:
            return _too_late_to_cancel(request, visit)
        return redirect("booking:visit", booking)
    return simple.show(request, "cancel", {"visit": visit})


def _booked_by(events: Sequence[BookingEvent], doers: Actors) -> str:
    """Who booked it, if it was not the person."""
    booked = next((event for event in events if event.kind == BookingEvent.Kind.BOOKED), None)
    if booked is None or booked.by is None:
        return ""
    doer = doers.of(booked)
    if doer is Actor.STAFF:
        by_phone = booked.via == BookingEvent.Via.PHONE
        return _("the municipality, by phone") if by_phone else _("the municipality")
    return booked.by.full_name if doer is Actor.HELPER else ""


def _can_change(booking: Booking) -> bool:
    return booking.status == Booking.Status.BOOKED and booking.starts_at > timezone.now()


def _changeable(request: PersonRequest, booking_id: uuid.UUID) -> Booking | None:
    """The person's visit; None when it is cancelled or has begun. Somebody else's, or one
    that the reader may only look at: Http404."""
    booking = booking_for(request, booking_id, may=Mandate.May.BOOK)
    return booking if _can_change(booking) else None


def _too_late_to_cancel(request: PersonRequest, visit: Booking) -> HttpResponse:
    return render(
        request,
        "booking/refused/too_late_to_cancel.html",
        {
            "visit": visit,
            "phone": visit.service.department.phone,
            "refused": f"{simple.folder(request)}/refused.html",
            "why": "too_late_to_cancel",
        },
    )


def _id_or_none(text: str | None) -> uuid.UUID | None:
    try:
        return uuid.UUID(text or "")
    except ValueError:
        return None


def _instant_or_none(text: str | None) -> dt.datetime | None:
    try:
        instant = dt.datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return instant if timezone.is_aware(instant) else None
