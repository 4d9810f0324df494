"""An administrator books, moves and cancels for somebody on the telephone.

The same offer, verbs and rules as on the person's own pages, on one compact page. The way
in is recorded, and whoever changes a visit says why: the person reads it.
"""

import datetime as dt
import uuid
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from accounts.models import User
from booking import actions, errors, queries
from booking.access.pages import granted_service
from booking.access.staff import recipient_of
from booking.calendar.offers import Slot, SlotStatus
from booking.choosing import Choosing
from booking.forms.visits import BookByPhoneForm, CancelByPhoneForm, MoveByPhoneForm
from booking.models import Booking, BookingEvent, BookingSeries, Recipient
from database.transactions import Busy
from departments.access import administrator
from departments.hours import monday
from departments.models import Department

PHONE = BookingEvent.Via.PHONE
WEEK = dt.timedelta(days=7)
CANCEL_ID = "cancel_%s"  # beside the form that moves

NO = {
    errors.SlotTaken: gettext_lazy("The time was taken meanwhile. These are free now."),
    errors.NoSuchSlot: gettext_lazy("The opening hours changed meanwhile. These are free now."),
    errors.OverlapsOwn: gettext_lazy("The person has another visit then."),
    errors.OverQuota: gettext_lazy("The grant gives no more in that period."),
    errors.NotGranted: gettext_lazy("No grant covers that day."),
    errors.TooLate: gettext_lazy("It is too late for that time. The department's rules say so."),
    errors.OutsideHorizon: gettext_lazy("That day can't be booked yet."),
    errors.NotOpen: gettext_lazy("The department or the service takes no bookings now."),
    Busy: gettext_lazy("Many are booking that day right now. Try again."),
}


@require_safe
@administrator
def phone(
    request: HttpRequest, department: Department, recipient: uuid.UUID, service: uuid.UUID
) -> HttpResponse:
    """The free days, and the times of one of them."""
    choosing = _choosing(request, department, recipient, service, "booking:phone")
    return _book_page(request, choosing, BookByPhoneForm(initial={"key": uuid.uuid4()}))


@require_POST
@administrator
def book_by_phone(
    request: HttpRequest, department: Department, recipient: uuid.UUID, service: uuid.UUID
) -> HttpResponse:
    choosing = _choosing(request, department, recipient, service, "booking:book_by_phone")
    form = BookByPhoneForm(request.POST)
    if not form.is_valid():
        return _book_page(request, choosing, form)
    asked = form.cleaned_data
    try:
        actions.book(
            key=asked["key"],
            recipient=choosing.recipient,
            service=choosing.service,
            starts_at=asked["starts_at"],
            note=asked["note"],
            by=_by(request),
            via=PHONE,
            reason=asked["reason"],
        )
    except errors.KeyReused:
        messages.info(request, _("This form was used before. Nothing more is booked."))
    except (errors.BookingError, Busy) as error:
        return _book_page(request, choosing, form, error)
    else:
        messages.success(request, _("The visit is booked."))
    return redirect("booking:recipient", department.pk, choosing.recipient.pk)


@require_safe
@administrator
def phone_visit(
    request: HttpRequest, department: Department, recipient: uuid.UUID, booking: uuid.UUID
) -> HttpResponse:
    """One coming visit, to be moved or cancelled."""
    visit = _visit(request, department, recipient, booking, "booking:phone_visit")
    return _visit_page(request, visit)


@require_POST
@administrator
def move_by_phone(
    request: HttpRequest, department: Department, recipient: uuid.UUID, booking: uuid.UUID
) -> HttpResponse:
    visit = _visit(request, department, recipient, booking, "booking:move_by_phone")
    form = MoveByPhoneForm(request.POST)
    if not form.is_valid():
        return _visit_page(request, visit, move=form)
    try:
        actions.move(booking=visit, **form.cleaned_data, by=_by(request), via=PHONE)
    except (errors.BookingError, Busy) as error:
        return _visit_page(request, visit, move=form, error=error)
    messages.success(request, _("The visit is moved."))
    return redirect("booking:recipient", department.pk, visit.recipient_id)


@require_POST
@administrator
def cancel_by_phone(
    request: HttpRequest, department: Department, recipient: uuid.UUID, booking: uuid.UUID
) -> HttpResponse:
    visit = _visit(request, department, recipient, booking, "booking:cancel_by_phone")
    form = CancelByPhoneForm(request.POST, auto_id=CANCEL_ID)
    if not form.is_valid():
        return _visit_page(request, visit, cancel=form)
    try:
        actions.cancel(booking=visit, **form.cleaned_data, by=_by(request), via=PHONE)
    except (errors.BookingError, Busy) as error:
        return _visit_page(request, visit, cancel=form, error=error)
    messages.success(request, _("The visit is cancelled."))
    return redirect("booking:recipient", department.pk, visit.recipient_id)


@require_safe
@administrator
def recipient_week(
    request: HttpRequest, department: Department, recipient: uuid.UUID
) -> HttpResponse:
    """A sheet with the department's visits in one week, to be sent to somebody on paper."""
    found = recipient_of(department, recipient, by=_by(request), what="booking:recipient_week")
    this = monday(timezone.localdate())
    shown = _monday_asked_for(request) or this
    visits = [
        visit
        for visit in queries.own_bookings(found, shown, shown + dt.timedelta(days=6))
        if visit.service.department_id == department.pk
    ]
    days = [shown + dt.timedelta(days=n) for n in range(7)]
    context = {
        "department": department,
        "recipient": found,
        "monday": shown,
        "days": [
            (day, [visit for visit in visits if timezone.localdate(visit.starts_at) == day])
            for day in days
        ],
        "week_before": shown - WEEK,
        "week_after": shown + WEEK,
    }
    return render(request, "booking/recipient_week.html", context)


# -- What repeats ------------------------------------------------------------------


@require_POST
@administrator
def go_on_by_phone(
    request: HttpRequest, department: Department, recipient: uuid.UUID, series: uuid.UUID
) -> HttpResponse:
    """The person says that it goes on, though whoever asked for it may not any more."""
    found = _series(request, department, recipient, series, "booking:go_on_by_phone")
    actions.go_on(series=found, by=_by(request))
    messages.success(request, _("It goes on."))
    return redirect("booking:recipient", department.pk, recipient)


@require_POST
@administrator
def end_series_by_phone(
    request: HttpRequest, department: Department, recipient: uuid.UUID, series: uuid.UUID
) -> HttpResponse:
    """What is booked stays, and can be cancelled one by one."""
    found = _series(request, department, recipient, series, "booking:end_series_by_phone")
    actions.end_series(series=found, by=_by(request), via=PHONE, cancels=False)
    messages.success(request, _("It does not repeat any longer."))
    return redirect("booking:recipient", department.pk, recipient)


# -- The pages -------------------------------------------------------------------


def _book_page(
    request: HttpRequest,
    choosing: Choosing,
    form: BookByPhoneForm,
    error: errors.BookingError | Busy | None = None,
) -> HttpResponse:
    return render(
        request,
        "booking/phone.html",
        {"form": form, **_times(request, choosing, form, error)},
    )


def _visit_page(
    request: HttpRequest,
    visit: Booking,
    *,
    move: MoveByPhoneForm | None = None,
    cancel: CancelByPhoneForm | None = None,
    error: errors.BookingError | Busy | None = None,
) -> HttpResponse:
    choosing = Choosing.of_move(visit)
    form = move or MoveByPhoneForm()
    context = {
        "visit": visit,
        "form": form,
        "cancel_form": cancel or CancelByPhoneForm(auto_id=CANCEL_ID),
        "cancel_until": queries.cancel_deadline(visit),
        "change_until": queries.change_deadline(visit),
        **_times(request, choosing, form, error),
    }
    return render(request, "booking/phone_visit.html", context)


def _times(
    request: HttpRequest,
    choosing: Choosing,
    form: forms.Form,
    error: errors.BookingError | Busy | None,
) -> dict[str, Any]:
    """The days with a count of what is free, and the free times of the one asked for."""
    alternatives: list[Slot] = []
    if isinstance(error, errors.SlotTaken):
        alternatives = list(error.alternatives or ())
    wanted = _date_asked_for(request, form)
    free_days = [row.date for row in choosing.rows if row.free]
    date = wanted if wanted or not free_days else free_days[0]
    day = next((day for day in choosing.offer if day.date == date), None)
    slots = day.slots if day else ()
    return {
        "choosing": choosing,
        "department": choosing.service.department,
        "recipient": choosing.recipient,
        "date": date,
        "slots": [slot for slot in slots if slot.status is SlotStatus.FREE],
        "alternatives": alternatives,
        "no": NO[type(error)] if error else "",
        "chosen": form["starts_at"].value(),
        "balance": choosing.balance(date) if date and not choosing.moving else None,
    }


# -- What the addresses name -------------------------------------------------------


def _choosing(
    request: HttpRequest,
    department: Department,
    recipient_id: uuid.UUID,
    service_id: uuid.UUID,
    what: str,
) -> Choosing:
    recipient = recipient_of(department, recipient_id, by=_by(request), what=what)
    service = granted_service(recipient, service_id)
    if service.department_id != department.pk:
        raise Http404
    return Choosing(recipient, service, timezone.now())


def _visit(
    request: HttpRequest,
    department: Department,
    recipient_id: uuid.UUID,
    booking_id: uuid.UUID,
    what: str,
) -> Booking:
    """A coming visit that the department gives; all else is not found."""
    recipient: Recipient = recipient_of(department, recipient_id, by=_by(request), what=what)
    booking = get_object_or_404(
        Booking.objects.confirmed().select_related("service__department", "grant"),
        pk=booking_id,
        recipient=recipient,
        service__department=department,
        starts_at__gt=timezone.now(),
    )
    booking.recipient = recipient
    return booking


def _series(
    request: HttpRequest,
    department: Department,
    recipient_id: uuid.UUID,
    series_id: uuid.UUID,
    what: str,
) -> BookingSeries:
    """One that the department gives, and that has not ended."""
    recipient = recipient_of(department, recipient_id, by=_by(request), what=what)
    return get_object_or_404(
        BookingSeries.objects.running().select_related("service__department"),
        pk=series_id,
        recipient=recipient,
        service__department=department,
    )


def _date_asked_for(request: HttpRequest, form: forms.Form) -> dt.date | None:
    """The day whose times are shown: the one pressed, else that of the time sent."""
    sent = getattr(form, "cleaned_data", {}).get("starts_at")
    if sent:
        return timezone.localdate(sent)
    try:
        return dt.date.fromisoformat(request.GET.get("date", ""))
    except ValueError:
        return None


def _monday_asked_for(request: HttpRequest) -> dt.date | None:
    try:
        asked = dt.date.fromisoformat(request.GET.get("week", ""))
    except ValueError:
        return None
    return monday(asked) if 2000 <= asked.year <= 2200 else None


def _by(request: HttpRequest) -> User:
    return cast(User, request.user)
