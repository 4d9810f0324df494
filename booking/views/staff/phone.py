"""An administrator books, moves and cancels while a recipient is on the telephone.

The same offer, actions and rules as on the recipient's own pages, on one compact page; only
the recipients' deadlines and notice do not bind staff. The booking's history says that it was
done by phone, and why: the recipient can read it.
"""

import datetime as dt
import uuid
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.access import PersonRequest
from accounts.http_methods import require_POST, require_safe
from accounts.questions import asks
from accounts.templatetags.dates import day, hm
from booking import actions, errors, outcomes, queries
from booking.access.staff import (
    confirmed_visit_of,
    recipient_of,
    running_series_of,
    service_of,
)
from booking.calendar.offers import SlotStatus
from booking.choosing import Choosing
from booking.forms.visits import (
    CHANGED_MEANWHILE,
    BookByPhoneForm,
    CancelByPhoneForm,
    KeepVisitForm,
    MoveByPhoneForm,
    sent_version,
)
from booking.models import Booking, BookingEvent, BookingSeries, Recipient
from booking.notices.notified import notified_for_staff
from booking.templatetags.refusals import in_words
from booking.views.staff import questions
from database.transactions import Busy
from database.versions import Stale
from departments.access import administrator
from departments.converters import date_of
from departments.hours import monday
from departments.models import Department

PHONE = BookingEvent.Via.PHONE
WEEK = dt.timedelta(days=7)
KEEP_ID = "keep_%s"
CANCEL_ID = "cancel_%s"  # the page also has the form that moves

REFUSALS = {
    errors.SlotTaken: gettext_lazy("The time was taken meanwhile. These are free now."),
    errors.NoSuchSlot: gettext_lazy("The opening hours changed meanwhile. These are free now."),
    errors.OverlapsOwn: gettext_lazy("The person has another visit then."),
    errors.OverQuota: gettext_lazy("The grant gives no more in that period."),
    errors.NotGranted: gettext_lazy("No grant covers that day."),
    errors.Paused: gettext_lazy(
        "The help is paused that day. End the pause first, if the person is at home again."
    ),
    errors.TooLate: gettext_lazy("That time is past, or the visit is cancelled."),
    errors.AlreadyReported: gettext_lazy(
        "What happened at this visit is recorded. It can't be moved or cancelled any more."
    ),
    errors.ReasonMissing: gettext_lazy("Write why."),
    errors.OutsideHorizon: gettext_lazy("That day can't be booked yet."),
    errors.NotOpen: gettext_lazy("The department or the service takes no bookings now."),
    errors.KeyReused: gettext_lazy(
        "This form was used before, and nothing more is booked. Send it once more if you mean it."
    ),
    Busy: gettext_lazy("Many are booking that day right now. Try again."),
}


@require_safe
@administrator
def phone(
    request: PersonRequest, department: Department, recipient: uuid.UUID, service: uuid.UUID
) -> HttpResponse:
    """The free days, and the free times of one day."""
    choosing = _choosing(request, department, recipient, service, "booking:phone")
    return _book_page(request, choosing, BookByPhoneForm(initial=_start()))


def _start() -> dict[str, Any]:
    return {"key": uuid.uuid4(), "why": "called"}


@require_POST
@asks(questions.book_by_phone)
@administrator
def book_by_phone(
    request: PersonRequest, department: Department, recipient: uuid.UUID, service: uuid.UUID
) -> HttpResponse:
    choosing = _choosing(request, department, recipient, service, "booking:book_by_phone")
    form = BookByPhoneForm(request.POST)
    if not form.is_valid():
        return _book_page(request, choosing, form)
    values = form.cleaned_data
    try:
        actions.book(
            key=values["key"],
            recipient=choosing.recipient,
            service=choosing.service,
            starts_at=values["starts_at"],
            note=values["note"],
            by=request.user,
            via=PHONE,
            reason=values["reason"],
            as_staff=True,
        )
    except errors.KeyReused as error:
        return _book_page(request, choosing, form.with_new_key(), error)
    except (errors.BookingError, Busy) as error:
        return _book_page(request, choosing, form, error)
    else:
        booked = _said(_("The visit is booked"), choosing.service.name, values["starts_at"])
        _success(request, booked, choosing.recipient)
    return redirect("booking:recipient", department.pk, choosing.recipient.pk)


@require_safe
@administrator
def phone_visit(
    request: PersonRequest, department: Department, recipient: uuid.UUID, booking: uuid.UUID
) -> HttpResponse:
    """One visit, to move or cancel until it is reported."""
    visit = _visit(request, department, recipient, booking, "booking:phone_visit")
    return _visit_page(request, visit)


@require_POST
@asks(questions.move_by_phone)
@administrator
def move_by_phone(
    request: PersonRequest, department: Department, recipient: uuid.UUID, booking: uuid.UUID
) -> HttpResponse:
    visit = _visit(request, department, recipient, booking, "booking:move_by_phone")
    form = MoveByPhoneForm(request.POST)
    if not form.is_valid():
        return _visit_page(request, visit, move=form)
    try:
        actions.move(
            booking=visit,
            **form.cleaned_data,
            by=request.user,
            via=PHONE,
            as_staff=True,
            version=sent_version(request.POST),
        )
    except Stale:
        messages.warning(request, str(CHANGED_MEANWHILE))
        visit = _visit(request, department, recipient, booking, "booking:move_by_phone")
        return _visit_page(request, visit, move=form, status=409)
    except (errors.BookingError, Busy) as error:
        return _visit_page(request, visit, move=form, error=error)
    moved = _said(_("The visit is moved"), visit.service.name, form.cleaned_data["starts_at"])
    _success(request, moved, visit.recipient)
    return redirect("booking:recipient", department.pk, visit.recipient_id)


@require_POST
@asks(questions.cancel_by_phone)
@administrator
def cancel_by_phone(
    request: PersonRequest, department: Department, recipient: uuid.UUID, booking: uuid.UUID
) -> HttpResponse:
    visit = _visit(request, department, recipient, booking, "booking:cancel_by_phone")
    form = CancelByPhoneForm(request.POST, auto_id=CANCEL_ID)
    if not form.is_valid():
        return _visit_page(request, visit, cancel=form)
    try:
        actions.cancel(
            booking=visit,
            **form.cleaned_data,
            by=request.user,
            via=PHONE,
            as_staff=True,
            version=sent_version(request.POST),
        )
    except Stale:
        messages.warning(request, str(CHANGED_MEANWHILE))
        visit = _visit(request, department, recipient, booking, "booking:cancel_by_phone")
        return _visit_page(request, visit, cancel=form, status=409)
    except (errors.BookingError, Busy) as error:
        return _visit_page(request, visit, cancel=form, error=error)
    has_begun = visit.starts_at <= timezone.now()
    cancelled = _said(_("The visit is cancelled"), visit.service.name, visit.starts_at)
    _success(request, cancelled, visit.recipient, is_too_late=has_begun)
    return redirect("booking:recipient", department.pk, visit.recipient_id)


@require_POST
@asks(questions.keep_visit)
@administrator
def keep_visit(
    request: PersonRequest, department: Department, recipient: uuid.UUID, booking: uuid.UUID
) -> HttpResponse:
    """Answer what the person asked about the visit: it stands."""
    visit = _visit(request, department, recipient, booking, "booking:keep_visit")
    form = KeepVisitForm(request.POST, auto_id=KEEP_ID)
    if not form.is_valid():
        return _visit_page(request, visit, keep=form)
    asked = visit.requests.filter(answered_at=None).first()
    if asked:
        actions.keep_visit(request=asked, words=form.cleaned_data["words"], by=request.user)
        _success(request, _("The visit stands."), visit.recipient)
    return redirect("booking:recipient", department.pk, visit.recipient_id)


@require_safe
@administrator
def recipient_week(
    request: PersonRequest, department: Department, recipient: uuid.UUID
) -> HttpResponse:
    """The department's visits in one week, on a sheet to print and send."""
    found = recipient_of(department, recipient, by=request.user, what="booking:recipient_week")
    shown = _monday_in_url(request) or monday(timezone.localdate())
    days = queries.visits_by_day(department, found, shown)
    queries.mark_choice(found, [visit for _date, visits in days for visit in visits])
    context = {
        "department": department,
        "recipient": found,
        "monday": shown,
        "days": days,
        "week_before": shown - WEEK,
        "week_after": shown + WEEK,
    }
    return render(request, "booking/recipient_week.html", context)


# -- Series ------------------------------------------------------------------------


@require_POST
@asks(questions.go_on_by_phone)
@administrator
def go_on_by_phone(
    request: PersonRequest, department: Department, recipient: uuid.UUID, series: uuid.UUID
) -> HttpResponse:
    """The series goes on at the recipient's word; the mandate of its maker has ended."""
    found = _series(request, department, recipient, series, "booking:go_on_by_phone")
    actions.go_on(series=found, by=request.user)
    messages.success(request, _("It goes on."))
    return redirect("booking:recipient", department.pk, recipient)


@require_POST
@asks(questions.end_series_by_phone)
@administrator
def end_series_by_phone(
    request: PersonRequest, department: Department, recipient: uuid.UUID, series: uuid.UUID
) -> HttpResponse:
    """End the series; visits that are booked stay, and can be cancelled one by one."""
    found = _series(request, department, recipient, series, "booking:end_series_by_phone")
    actions.end_series(series=found, by=request.user, via=PHONE, cancels=False)
    _success(request, _("It does not repeat any longer."), found.recipient)
    return redirect("booking:recipient", department.pk, recipient)


# -- The pages -------------------------------------------------------------------


def _said(what: str, service: str, starts_at: dt.datetime) -> str:
    """ "The visit is booked: Cleaning, Tuesday 1 December 10:00.": no name, because messages
    may travel in a cookie."""
    return f"{what}: {service}, {day(starts_at)} {hm(starts_at)}."


def _success(
    request: PersonRequest, text: str, recipient: Recipient, *, is_too_late: bool = False
) -> None:
    """What was done, and who gets a message about it."""
    notified = notified_for_staff(recipient, is_too_late=is_too_late)
    messages.success(request, " ".join([text, *notified]))


def _book_page(
    request: PersonRequest,
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
    request: PersonRequest,
    visit: Booking,
    *,
    move: MoveByPhoneForm | None = None,
    cancel: CancelByPhoneForm | None = None,
    keep: KeepVisitForm | None = None,
    error: errors.BookingError | Busy | None = None,
    status: int = 200,
) -> HttpResponse:
    choosing = Choosing.of_move(visit, as_staff=True)
    form = move or MoveByPhoneForm()
    told = outcomes.registered().of([visit.pk])
    if told and error is None:
        error = errors.AlreadyReported()
    has_begun = visit.starts_at <= choosing.now
    context = {
        "visit": visit,
        "is_told": bool(told),
        "has_begun": has_begun,
        "asked": visit.requests.filter(answered_at=None).first(),
        "keep_form": keep or KeepVisitForm(auto_id=KEEP_ID),
        "form": form,
        "cancel_form": cancel or CancelByPhoneForm(auto_id=CANCEL_ID),
        "cancel_until": queries.cancel_deadline(visit),
        "change_until": queries.change_deadline(visit),
        **_times(request, choosing, form, error),
    }
    context["notified_if_cancelled"] = (
        notified_for_staff(visit.recipient, is_too_late=True) if has_begun else context["notified"]
    )
    return render(request, "booking/phone_visit.html", context, status=status)


def _times(
    request: PersonRequest,
    choosing: Choosing,
    form: forms.Form,
    error: errors.BookingError | Busy | None,
) -> dict[str, Any]:
    """The free days with their number of free times, and the free times of one day."""
    alternatives = error.alternatives if isinstance(error, errors.SlotTaken) else None
    wanted = _date_to_show(request, form)
    free_days = [row.date for row in choosing.rows if row.free]
    date = wanted if wanted or not free_days else free_days[0]
    offered = next((one for one in choosing.offer if one.date == date), None)
    slots = offered.slots if offered else ()
    return {
        "choosing": choosing,
        "department": choosing.service.department,
        "recipient": choosing.recipient,
        "notified": notified_for_staff(choosing.recipient),
        "date": date,
        "slots": [slot for slot in slots if slot.status is SlotStatus.FREE],
        "alternatives": alternatives or (),
        "no": _refusal(error) if error else "",
        "chosen": form["starts_at"].value(),
        "balance": choosing.balance(date) if date and not choosing.moving else None,
    }


def _refusal(error: errors.BookingError | Busy) -> str:
    text = str(REFUSALS[type(error)])
    if isinstance(error, errors.SlotTaken) and error.reason:
        return f"{in_words(error.reason)} {text}"
    balance = error.balance if isinstance(error, errors.OverQuota) else None
    if balance and balance.is_less_than_a_visit:
        return _("The grant gives less than one visit takes. Change the grant first.")
    return text


# -- The objects in the URL --------------------------------------------------------


def _choosing(
    request: PersonRequest,
    department: Department,
    recipient_id: uuid.UUID,
    service_id: uuid.UUID,
    what: str,
) -> Choosing:
    recipient = recipient_of(department, recipient_id, by=request.user, what=what)
    service = service_of(department, recipient, service_id)
    return Choosing(recipient, service, timezone.now(), as_staff=True)


def _visit(
    request: PersonRequest,
    department: Department,
    recipient_id: uuid.UUID,
    booking_id: uuid.UUID,
    what: str,
) -> Booking:
    recipient = recipient_of(department, recipient_id, by=request.user, what=what)
    return confirmed_visit_of(department, recipient, booking_id)


def _series(
    request: PersonRequest,
    department: Department,
    recipient_id: uuid.UUID,
    series_id: uuid.UUID,
    what: str,
) -> BookingSeries:
    recipient = recipient_of(department, recipient_id, by=request.user, what=what)
    return running_series_of(department, recipient, series_id)


def _date_to_show(request: PersonRequest, form: forms.Form) -> dt.date | None:
    """The day of the time that was sent, else the day in the URL."""
    sent = getattr(form, "cleaned_data", {}).get("starts_at")
    if sent:
        return timezone.localdate(sent)
    try:
        return date_of(request.GET.get("date", ""))
    except ValueError:
        return None


def _monday_in_url(request: PersonRequest) -> dt.date | None:
    try:
        return monday(date_of(request.GET.get("week", "")))
    except ValueError:
        return None
