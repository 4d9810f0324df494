"""A recipient's bookings: the list, the page of one, moving and cancelling it."""

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import unsent
from accounts.access import PersonRequest
from accounts.decorators import person_required
from accounts.http_methods import require_http_methods, require_POST, require_safe
from accounts.questions import asks
from booking import actions, errors, outcomes, queries
from booking.access.pages import booking_for, recipient_for, sees_plans, whose_pages
from booking.actions.announcements import due
from booking.choosing import Choosing
from booking.converters import Clock
from booking.forms.visits import CHANGED_MEANWHILE, AskStaffForm, MoveForm, sent_version
from booking.models import Booking, BookingEvent, Mandate
from booking.notices.notified import messages_to_come
from booking.notices.visits import DAY_BEFORE
from booking.queries import own_choice
from booking.queries.actors import Actor, Actors
from booking.queries.agreed_times import agreed_dates
from booking.views import questions, simple
from booking.views.days import weeks
from booking.views.next_week import again_next_week
from booking.views.steps import (
    check_page,
    is_too_late_to_move,
    notified_by_helper,
    refuse,
    times_page,
    to_receipt,
)
from database.transactions import Busy
from database.versions import Stale
from departments.phones import shown_phone_of

HISTORY = 20  # on a page
NEW = dt.timedelta(minutes=10)  # how long a receipt may be loaded again


@dataclass(frozen=True)
class Receipt:
    """What a visit's page says once, right after it was booked or moved."""

    is_moved: bool
    is_again: bool  # a cancellation was undone
    messages: Sequence[str] = ()


@require_safe
@person_required
def visits(request: PersonRequest) -> HttpResponse:
    """Coming visits, and a page of the history, latest first."""
    recipient = recipient_for(request)
    now = timezone.now()
    before = _instant_or_none(request.GET.get("before"))
    beyond = _id_or_none(request.GET.get("beyond")) or queries.LAST_ID
    # A cancelled visit is history at once, also one that has not begun.
    last = before or now + dt.timedelta(days=366)
    history = queries.history(recipient, before=last, beyond=beyond, limit=HISTORY + 1)
    coming = [] if before else queries.coming(recipient, now)
    queries.mark_choice(recipient, coming)
    if sees_plans(request):
        queries.mark_plans(recipient, coming)
    context = {
        "sees_plans": sees_plans(request),
        "coming": coming,
        "agreed_dates": [] if before else agreed_dates(recipient, now),
        "history": history[:HISTORY],
        "outcomes": outcomes.registered().of([past.pk for past in history]),
        "actors": Actors(recipient),
        "older": history[HISTORY - 1] if len(history) > HISTORY else None,
        "is_older": before is not None,
        "now": now,
    }
    if simple.is_chosen(request) and not before:
        # Links to empty pages are left out: fewer answers are easier to choose between.
        context["has_series"] = queries.has_running_series(recipient)
        context["has_wishes"] = queries.has_wishes(recipient)
    return simple.show(request, "visits", context)


@require_safe
@person_required
def visit(request: PersonRequest, booking: uuid.UUID) -> HttpResponse:
    """A visit and what can be done with it; right after it was booked or moved, its receipt."""
    found = booking_for(request, booking)
    now, may_book = timezone.now(), whose_pages(request).may_book
    events = list(found.events.select_related("by"))
    last = events[-1] if events else None
    actors = Actors(found.recipient)
    is_over = found.ends_at <= now
    # Also asked for a cancelled visit, which only staff may then book again.
    not_own = None if is_over else own_choice.refusal_of_booking(found)
    can_change = _can_change(found) and may_book and not_own is None
    rebooked = queries.booked_again(found)
    can_undo = may_book and rebooked is None and not_own is None
    return simple.show(
        request,
        "visit",
        {
            "visit": found,
            "now": now,
            "last_event": last,
            "actors": actors,
            "last_actor": actors.of(last) if last else Actor.OWN,
            "booked_by": _booked_by(events, actors),
            "is_over": is_over,
            "receipt": _receipt(request, found, last, now),
            "outcomes": outcomes.registered().of([found.pk]) if is_over else {},
            "balance": queries.balance(
                found.recipient, found.service, timezone.localdate(found.starts_at)
            ),
            "can_change": can_change,
            "asked": queries.last_request(found) if not_own else None,
            "not_own": not_own if _can_change(found) else None,
            "phone": Choosing.of_move(found).phone,
            "cancel_until": queries.cancel_deadline(found),
            "again": again_next_week(found, now) if can_change else None,
            "booked_again": rebooked,
            "undo_key": queries.undo_key(found, last, now) if can_undo else None,
            "series": queries.running_series_of(found),
            "notified": _notified(request, last, is_over=is_over),
        },
    )


# -- Moving: choose a day, choose a time, check it, move -----------------------


@require_http_methods(["GET", "HEAD", "POST"])
@asks(questions.move)
def move(request: HttpRequest, booking: uuid.UUID) -> HttpResponse:
    return _move(request, booking) if request.method == "POST" else _move_days(request, booking)


@person_required
def _move_days(request: PersonRequest, booking: uuid.UUID) -> HttpResponse:
    visit = changeable(request, booking)
    if visit is None:
        return redirect("booking:visit", booking)
    choosing = Choosing.of_move(visit)
    if refused := own_choice.refusal_of_booking(visit):
        return refuse(request, choosing, visit.starts_at, errors.error_of(refused))
    if is_too_late_to_move(choosing):
        return refuse(request, choosing, visit.starts_at, errors.TooLate())
    if simple.is_chosen(request):
        back = reverse("booking:visit", args=[visit.pk])
        return simple.days_page(request, choosing, back_url=back)
    context = {"choosing": choosing, "weeks": weeks(choosing)}
    return render(request, "booking/move.html", context)


@require_safe
@person_required
def move_times(request: PersonRequest, booking: uuid.UUID, date: dt.date) -> HttpResponse:
    visit = changeable(request, booking)
    if visit is None:
        return redirect("booking:visit", booking)
    return times_page(request, Choosing.of_move(visit), date)


@require_safe
@person_required
def move_check(
    request: PersonRequest, booking: uuid.UUID, date: dt.date, clock: Clock
) -> HttpResponse:
    unsent.take(request, reverse("booking:move", args=[booking]))
    visit = changeable(request, booking)
    if visit is None:
        return redirect("booking:visit", booking)
    starts_at = clock.on(date)
    if starts_at is None:
        raise Http404
    form = MoveForm(initial={"starts_at": starts_at.isoformat()})
    return check_page(request, Choosing.of_move(visit), starts_at, form)


def _move(request: HttpRequest, booking_id: uuid.UUID) -> HttpResponse:
    """Move to the new time; the old one is given up only then. Sent twice, it moves once."""
    form = MoveForm(request.POST)
    if not form.is_valid():
        raise Http404
    starts_at = form.cleaned_data["starts_at"]
    if not request.user.is_authenticated:
        date, clock = timezone.localdate(starts_at), Clock.of(starts_at)
        unsent.keep(request)
        return redirect_to_login(reverse("booking:move_check", args=[booking_id, date, clock]))
    request = cast(PersonRequest, request)
    visit = changeable(request, booking_id)
    if visit is None:
        return redirect("booking:visit", booking_id)
    if visit.starts_at != starts_at:
        choosing = Choosing.of_move(visit)
        try:
            actions.move(
                booking=visit,
                starts_at=starts_at,
                by=request.user,
                via=whose_pages(request).via,
                version=sent_version(request.POST),
            )
        except Stale:
            messages.warning(request, str(CHANGED_MEANWHILE))
            date, clock = timezone.localdate(starts_at), Clock.of(starts_at)
            return redirect("booking:move_check", booking_id, date, clock)
        except (errors.BookingError, Busy) as error:
            return refuse(request, choosing, starts_at, error)
    return to_receipt(booking_id)


# -- Cancelling ---------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@asks(questions.cancel)
@person_required
def cancel(request: PersonRequest, booking: uuid.UUID) -> HttpResponse:
    """Asks for confirmation, then cancels. A visit that is cancelled or has begun is shown."""
    visit = changeable(request, booking)
    if visit is None:
        return to_receipt(booking)
    if refused := own_choice.refusal_of_booking(visit):
        choosing = Choosing.of_move(visit)
        return refuse(request, choosing, visit.starts_at, errors.error_of(refused))
    if timezone.now() > queries.cancel_deadline(visit):
        return _too_late_to_cancel(request, visit)
    if request.method == "POST":
        try:
            actions.cancel(
                booking=visit,
                by=request.user,
                via=whose_pages(request).via,
                version=sent_version(request.POST),
            )
        except Stale:
            messages.warning(request, str(CHANGED_MEANWHILE))
            return redirect("booking:cancel", booking)
        except errors.TooLate:
            return _too_late_to_cancel(request, visit)
        except (errors.TimesAreSet, errors.NotYoursYet) as error:  # changed meanwhile
            return refuse(request, Choosing.of_move(visit), visit.starts_at, error)
        return to_receipt(booking)
    context = {"visit": visit, "notified": notified_by_helper(request, visit.recipient)}
    return simple.show(request, "cancel", context)


@require_POST
@asks(questions.ask_staff)
@person_required
def ask_staff(request: PersonRequest, booking: uuid.UUID) -> HttpResponse:
    """Tell staff that the person can't be there, or does not want the visit."""
    visit = changeable(request, booking)
    form = AskStaffForm(request.POST)
    if not form.is_valid():
        raise Http404
    if visit is not None:
        try:
            asked = actions.ask_staff(
                booking=visit, kind=form.cleaned_data["kind"], by=request.user
            )
        except errors.TooLate:
            return redirect("booking:visit", booking)  # which says so
        if asked:
            messages.success(
                request, _("We have got it. The visit stands until we have answered.")
            )
        else:
            messages.info(request, _("You can move or cancel this visit yourself."))
    return redirect("booking:visit", booking)


def _receipt(
    request: PersonRequest, booking: Booking, last: BookingEvent | None, now: dt.datetime
) -> Receipt | None:
    """None on later visits to the page, which links to it do not ask for a receipt."""
    if "receipt" not in request.GET or not _can_change(booking):
        return None
    if last is None or last.by_id != request.user.pk or now - last.at > NEW:
        return None
    to_come: Sequence[str] = ()
    if not whose_pages(request).mandate:
        is_reminded = due(DAY_BEFORE, booking.starts_at) > now
        to_come = messages_to_come(request.user, is_reminded=is_reminded)
    cancelled = booking.recipient.bookings.filter(
        service=booking.service_id,
        starts_at=booking.starts_at,
        status=Booking.Status.CANCELLED,
    )
    return Receipt(
        is_moved=last.kind == BookingEvent.Kind.MOVED,
        is_again=queries.is_undo(booking, cancelled),
        messages=to_come,
    )


def _notified(
    request: PersonRequest, last: BookingEvent | None, *, is_over: bool
) -> Sequence[str]:
    """Who gets a message about what the reader has just done for another."""
    if last is None or last.by_id != request.user.pk or is_over:
        return ()
    return notified_by_helper(request, last.booking.recipient)


def _booked_by(events: Sequence[BookingEvent], actors: Actors) -> str:
    """Who booked it, if not the recipient."""
    booked = next((event for event in events if event.kind == BookingEvent.Kind.BOOKED), None)
    if booked is None or booked.by is None:
        return ""
    actor = actors.of(booked)
    if actor is Actor.STAFF:
        by_phone = booked.via == BookingEvent.Via.PHONE
        return _("the municipality, by phone") if by_phone else _("the municipality")
    return booked.by.full_name if actor is Actor.HELPER else ""


def _can_change(booking: Booking) -> bool:
    return booking.status == Booking.Status.BOOKED and booking.starts_at > timezone.now()


def changeable(request: PersonRequest, booking_id: uuid.UUID) -> Booking | None:
    """The recipient's visit; None when it is cancelled or has begun. ``Http404`` for another's
    visit, and for a helper who may only look."""
    booking = booking_for(request, booking_id, may=Mandate.May.BOOK)
    return booking if _can_change(booking) else None


def _too_late_to_cancel(request: PersonRequest, visit: Booking) -> HttpResponse:
    return render(
        request,
        "booking/refused/too_late_to_cancel.html",
        {
            "visit": visit,
            "phone": shown_phone_of(visit.service.department),
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
