"""The care worker's own day, and reports of its visits."""

import datetime as dt
import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import dates
from accounts.access import PersonRequest
from accounts.decorators import person_required
from accounts.http_methods import require_http_methods, require_POST, require_safe
from accounts.questions import asks
from departments.phones import staff_phone_of
from workflow import access, actions, queries
from workflow.errors import (
    NotConfirmed,
    NotYet,
    ReportedByAnother,
    TooLateToUndo,
    VisitGone,
    WorkflowError,
)
from workflow.forms import OUTCOMES, AttemptForm, ReportForm
from workflow.models import NoContact, Report
from workflow.queries import MyDay, StepToDo, Stop
from workflow.views import questions


@require_safe
@person_required
def my_day(request: PersonRequest, date: dt.date | None = None) -> HttpResponse:
    date = date or timezone.localdate()
    my_day = access.my_day_of(request.user, date, what="workflow:my_day")
    shows_ahead = my_day.has_role and not my_day.is_past
    days_ahead = access.days_ahead_of(request.user, date) if shows_ahead else []
    is_finished = my_day.is_today and bool(my_day.stops) and my_day.next is None
    first_ahead = (
        access.first_stop_of(request.user, days_ahead[0].shift.day.date)
        if is_finished and days_ahead
        else None
    )
    context = {
        "my_day": my_day,
        "is_duty_lead": my_day.is_today and access.is_duty_lead(request.user),
        "keys": queries.keys_of_stop(my_day.next, my_day.now) if my_day.next else None,
        "open_stops": [stop for stop in queries.open_stops(my_day) if stop.is_named],
        "no_contacts": (
            access.no_contacts_led_by(request.user, what="workflow:my_day")
            if my_day.is_today
            else []
        ),
        "days_ahead": days_ahead,
        "absences_ahead": [] if my_day.is_past else access.absences_ahead_of(request.user, date),
        "all_ahead_final": all(ahead.is_final for ahead in days_ahead),
        "first_ahead": first_ahead,
        "not_done": OUTCOMES[1:],
        "untold_days": access.untold_days_of(request.user) if my_day.is_today else [],
    }
    return render(request, "workflow/my_day.html", context)


@require_safe
@person_required
def visit(request: PersonRequest, date: dt.date, visit: uuid.UUID) -> HttpResponse:
    try:
        my_day, stop = access.stop_of(request.user, date, visit, what="workflow:visit")
    except WorkflowError as error:
        return _refused(request, error)
    chosen = stop.report.outcome if stop.report else request.GET.get("outcome")
    return _visit_page(request, my_day, stop, ReportForm(initial={"outcome": chosen}))


@require_POST
@person_required
def report(request: PersonRequest, date: dt.date, visit: uuid.UUID) -> HttpResponse:
    try:
        my_day, stop = access.stop_of(request.user, date, visit, what="workflow:report")
    except WorkflowError as error:
        return _refused(request, error)
    form = ReportForm(request.POST)
    if not form.is_valid():
        return _visit_page(request, my_day, stop, form)
    try:
        reported = actions.report(
            visit=stop.visit,
            outcome=form.cleaned_data["outcome"],
            seen=form.cleaned_data["seen"] or 0,
            how=form.cleaned_data["how"],
            by=request.user,
        )
    except ReportedByAnother as error:
        form = ReportForm(initial={"outcome": form.cleaned_data["outcome"]})
        return _visit_page(request, my_day, stop, form, other=error)
    except NotConfirmed as error:
        form.add_error("how", str(error))
        return _visit_page(request, my_day, stop, form)
    except NotYet as error:
        messages.warning(request, str(error))
        return redirect("workflow:visit", my_day.date, visit)
    except WorkflowError as error:
        return _refused(request, error)
    if stop.is_named and queries.no_contact_of_visit(stop.visit):
        return _to_steps(my_day, stop)
    is_new_and_done = reported.version == 1 and reported.outcome == Report.Outcome.DONE
    undo = reverse("workflow:undo_report", args=[my_day.date, visit]) if is_new_and_done else ""
    # No name: messages may travel in a cookie.
    messages.success(
        request,
        _("The visit at %(time)s is recorded as “%(outcome)s”.")
        % {
            "time": dates.hm(stop.visit.starts_at),
            "outcome": form.label,
        },
        extra_tags=undo,
    )
    return _to_day(my_day)


@require_POST
@asks(questions.undo_report)
@person_required
def undo_report(request: PersonRequest, date: dt.date, visit: uuid.UUID) -> HttpResponse:
    try:
        my_day, stop = access.stop_of(request.user, date, visit, what="workflow:undo_report")
        actions.undo_report(visit=stop.visit, by=request.user)
    except TooLateToUndo as error:
        messages.warning(request, str(error))
        return redirect("workflow:visit", my_day.date, visit)
    except WorkflowError as error:
        return _refused(request, error)
    messages.info(
        request,
        _("The visit at %(time)s is not recorded.") % {"time": dates.hm(stop.visit.starts_at)},
    )
    return _to_day(my_day)


def _to_day(my_day: MyDay) -> HttpResponse:
    if my_day.is_past:
        return redirect("workflow:my_day", my_day.date)
    return redirect("workflow:my_day")


def _visit_page(
    request: PersonRequest,
    my_day: MyDay,
    stop: Stop,
    form: ReportForm,
    *,
    other: ReportedByAnother | None = None,
) -> HttpResponse:
    """``other``: somebody else has reported the visit while the user had the form open."""
    shown = other.report if other else stop.report
    return render(
        request,
        "workflow/visit.html",
        {
            "my_day": my_day,
            "stop": stop,
            "keys": queries.keys_of_stop(stop, my_day.now),
            "form": form,
            "can_report": my_day.can_report(stop),
            "report": shown,
            "other": other,
            "no_contact": queries.no_contact_of_visit(stop.visit) if shown else None,
            "duty_phone": staff_phone_of(my_day.department_of(stop)),
        },
        status=409 if other else 200,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@person_required
def no_contact(request: PersonRequest, date: dt.date, visit: uuid.UUID) -> HttpResponse:
    """What to do when nobody opens, one step after the other; POST notes what was tried. The
    steps show whom to call: who may no longer read about the recipient is led to the visit."""
    try:
        my_day, stop = access.stop_of(request.user, date, visit, what="workflow:no_contact")
    except WorkflowError as error:
        return _refused(request, error)
    found = queries.no_contact_of_visit(stop.visit)
    if found is None or not stop.is_named:
        return redirect("workflow:visit", my_day.date, visit)
    found.visit.booking = stop.visit.booking
    steps = queries.steps_to_do(found, timezone.now(), is_carer=True)
    if request.method == "POST":
        if _note(request, found, steps):
            return _to_steps(my_day, stop)
        messages.error(request, _("Nothing was noted. Look at the steps again."))
        return redirect("workflow:no_contact", my_day.date, visit)
    return render(
        request,
        "workflow/no_contact.html",
        {
            "my_day": my_day,
            "stop": stop,
            "no_contact": found,
            "steps": steps,
            "key": uuid.uuid4(),
            "duty_phone": staff_phone_of(found.visit.day.department),
        },
    )


def _note(request: PersonRequest, found: NoContact, steps: list[StepToDo]) -> bool:
    """Note what a button of a step says was tried; whether it did."""
    form = AttemptForm(request.POST)
    if not form.is_valid():
        return False
    values = form.cleaned_data
    step = next((one for one in steps if one.number == values["step"]), None)
    if step is None:
        return False
    called = {one.contact_id for one in step.calls if one.contact_id}
    actions.note_attempt(
        # The page has one key for the buttons of all its steps.
        key=uuid.uuid5(
            values["key"], f"{found.pk} {step.number} {values['contact']} {values['result']}"
        ),
        no_contact=found,
        step=step.text,
        contact_id=values["contact"] if values["contact"] in called else None,
        result=values["result"],
        by=request.user,
    )
    return True


def _to_steps(my_day: MyDay, stop: Stop) -> HttpResponse:
    steps = reverse("workflow:no_contact", args=[my_day.date, stop.visit.pk])
    return redirect(f"{steps}#content")


def _refused(request: PersonRequest, error: WorkflowError) -> HttpResponse:
    """The visit is no longer the user's to report: the page says why."""
    status = 404 if isinstance(error, VisitGone) else 409
    return render(request, "workflow/report_refused.html", {"error": error}, status=status)
