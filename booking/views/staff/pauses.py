"""Pauses of a recipient's help, for the department's administrator."""

import uuid

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access import PersonRequest
from accounts.http_methods import require_http_methods, require_POST
from accounts.questions import asks, form_on
from booking import actions, errors, queries
from booking.access.staff import departure_of, pause_of, recipient_of
from booking.forms.pauses import DepartureForm, StaffPauseForm
from booking.forms.visits import sent_version
from booking.models import Pause, Recipient
from booking.notices.notified import notified_for_staff
from booking.views.pauses import (
    OVERLAPS,
    first_days,
    is_as_previewed,
    pause_context,
    say_cancelled,
    say_resumed,
)
from booking.views.staff import questions
from database.versions import Stale
from departments.access import administrator
from departments.models import Department


@require_http_methods(["GET", "HEAD", "POST"])
@administrator
def recipient_pause(
    request: PersonRequest, department: Department, recipient: uuid.UUID
) -> HttpResponse:
    found = recipient_of(department, recipient, by=request.user, what="booking:recipient_pause")
    if request.method != "POST":
        return _page(request, department, found, StaffPauseForm(initial=first_days(request)))
    form = StaffPauseForm(request.POST)
    if form.is_valid():
        try:
            if is_as_previewed(form, found):
                made = actions.pause(
                    key=form.cleaned_data["key"] or uuid.uuid4(),
                    recipient=found,
                    first_day=form.cleaned_data["first_day"],
                    last_day=form.cleaned_data["last_day"],
                    by=request.user,
                    as_staff=True,
                    stops_set_visits=form.cleaned_data["stops_set_visits"],
                )
                say_cancelled(request, len(made.cancelled))
                return redirect("booking:recipient_pause", department.pk, found.pk)
        except errors.PauseOverlaps:
            form.add_error("first_day", str(OVERLAPS))
        except errors.KeyReused:
            form.refuse_key()
    return _page(request, department, found, form)


@require_POST
@asks(questions.end_pause_by_phone)
@administrator
def end_pause_by_phone(
    request: PersonRequest, department: Department, recipient: uuid.UUID, pause: uuid.UUID
) -> HttpResponse:
    found = _pause(request, department, recipient, pause, "booking:end_pause_by_phone")
    say_resumed(request, actions.end_pause(pause=found, by=request.user, as_staff=True))
    return redirect("booking:recipient", department.pk, recipient)


@require_POST
@asks(questions.answer_pause)
@administrator
def answer_pause(
    request: PersonRequest, department: Department, recipient: uuid.UUID, pause: uuid.UUID
) -> HttpResponse:
    """Stop the visits at set times, or let them stand."""
    found = _pause(request, department, recipient, pause, "booking:answer_pause")
    answer = request.POST.get("answer")
    if answer not in ("stop", "keep"):
        raise Http404
    stops = answer == "stop"
    try:
        actions.answer_set_visits(
            pause=found, stops=stops, by=request.user, version=sent_version(request.POST)
        )
    except Stale:
        messages.warning(request, _("The pause was changed meanwhile. Look at it again."))
    else:
        text = _("The visits are stopped.") if stops else _("The visits stand as planned.")
        messages.success(request, text)
    return redirect("booking:recipient_pause", department.pk, recipient)


@require_POST
@asks(questions.confirm_pause)
@administrator
def confirm_pause(
    request: PersonRequest, department: Department, recipient: uuid.UUID, pause: uuid.UUID
) -> HttpResponse:
    """Record that the pause was looked at; long ones are asked about again in a week."""
    found = _pause(request, department, recipient, pause, "booking:confirm_pause")
    actions.confirm_pause(pause=found, by=request.user)
    messages.success(request, _("The pause is left as it is."))
    return redirect("workflow:today", department.pk)


@require_POST
@form_on("booking:recipient_pause")
@administrator
def report_departure(
    request: PersonRequest, department: Department, recipient: uuid.UUID
) -> HttpResponse:
    """The person has moved away or is dead; somebody else confirms it."""
    found = recipient_of(department, recipient, by=request.user, what="booking:report_departure")
    form = DepartureForm(request.POST)
    if form.is_valid():
        try:
            actions.report_departure(
                key=form.cleaned_data["key"] or uuid.uuid4(),
                recipient=found,
                why=form.cleaned_data["why"],
                department=department,
                by=request.user,
            )
        except errors.KeyReused:
            form.refuse_key()
        else:
            messages.success(request, _("It is reported. Somebody else must confirm it."))
            return redirect("booking:recipient_pause", department.pk, found.pk)
    pause = StaffPauseForm(initial=first_days(request))
    return _page(request, department, found, pause, departure_form=form)


@require_POST
@asks(questions.confirm_departure)
@administrator
def confirm_departure(
    request: PersonRequest, department: Department, recipient: uuid.UUID, departure: uuid.UUID
) -> HttpResponse:
    what = "booking:confirm_departure"
    found = departure_of(
        recipient_of(department, recipient, by=request.user, what=what), departure
    )
    try:
        actions.confirm_departure(departure=found, department=department, by=request.user)
    except errors.OwnReport:
        messages.error(request, _("Somebody else must confirm it."))
    except Stale as error:
        messages.warning(request, str(error))
    else:
        messages.success(request, _("All help and messages have stopped."))
    return redirect("booking:recipient_pause", department.pk, recipient)


@require_POST
@asks(questions.undo_departure)
@administrator
def undo_departure(
    request: PersonRequest, department: Department, recipient: uuid.UUID, departure: uuid.UUID
) -> HttpResponse:
    what = "booking:undo_departure"
    found = departure_of(
        recipient_of(department, recipient, by=request.user, what=what), departure
    )
    try:
        actions.undo_departure(departure=found, department=department, by=request.user)
    except errors.TooLate:
        messages.error(request, _("It can be undone for 30 days, and they have passed."))
    else:
        messages.success(request, _("It is undone. Look at which visits have come back."))
    return redirect("booking:recipient_pause", department.pk, recipient)


def _page(
    request: PersonRequest,
    department: Department,
    recipient: Recipient,
    form: StaffPauseForm,
    departure_form: DepartureForm | None = None,
) -> HttpResponse:
    departure = queries.departure_of(recipient)
    pauses = queries.pauses_of(recipient, timezone.localdate())
    context = {
        **pause_context(form, recipient),
        "department": department,
        "pauses": pauses,
        "can_pause": not any(one.is_open for one in pauses),
        "departure": departure,
        "departure_form": departure_form or DepartureForm(),
        "stopped": queries.cancelled_by_departure(departure, department) if departure else [],
        "can_confirm": departure is not None and departure.reported_by_id != request.user.pk,
        "can_undo": departure is not None and departure.can_be_undone(timezone.now()),
        "notified": notified_for_staff(recipient),
    }
    return render(request, "booking/recipient_pause.html", context)


def _pause(
    request: PersonRequest,
    department: Department,
    recipient_id: uuid.UUID,
    pause_id: uuid.UUID,
    what: str,
) -> Pause:
    recipient = recipient_of(department, recipient_id, by=request.user, what=what)
    return pause_of(recipient, pause_id)
