"""The care worker's own day, and reports of its visits."""

import datetime as dt
import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import dates
from accounts.access import PersonRequest
from accounts.decorators import person_required
from accounts.http_methods import require_POST, require_safe
from workflow import access, actions
from workflow.errors import NotYet, ReportedByAnother, VisitGone, WorkflowError
from workflow.forms import OUTCOMES, ReportForm
from workflow.queries import MyDay, Stop


@require_safe
@person_required
def my_day(request: PersonRequest, date: dt.date | None = None) -> HttpResponse:
    date = date or timezone.localdate()
    my_day = access.my_day_of(request.user, date, what="workflow:my_day")
    days_ahead = [] if my_day.is_past else access.days_ahead_of(request.user, date)
    is_finished = my_day.is_today and bool(my_day.stops) and my_day.next is None
    first_ahead = (
        access.first_stop_of(request.user, days_ahead[0].shift.day.date)
        if is_finished and days_ahead
        else None
    )
    context = {
        "my_day": my_day,
        "days_ahead": days_ahead,
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
        actions.report(
            visit=stop.visit,
            outcome=form.cleaned_data["outcome"],
            seen=form.cleaned_data["seen"] or 0,
            by=request.user,
        )
    except ReportedByAnother as error:
        form = ReportForm(initial={"outcome": form.cleaned_data["outcome"]})
        return _visit_page(request, my_day, stop, form, other=error)
    except NotYet as error:
        messages.warning(request, str(error))
        return redirect("workflow:visit", my_day.date, visit)
    except WorkflowError as error:
        return _refused(request, error)
    # No name: messages may travel in a cookie.
    messages.success(
        request,
        _("The visit at %(time)s is recorded as “%(outcome)s”.")
        % {
            "time": dates.hm(stop.visit.starts_at),
            "outcome": form.label,
        },
    )
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
            "form": form,
            "can_report": my_day.can_report(stop),
            "report": shown,
            "other": other,
        },
        status=409 if other else 200,
    )


def _refused(request: PersonRequest, error: WorkflowError) -> HttpResponse:
    """The visit is no longer the user's to report: the page says why."""
    status = 404 if isinstance(error, VisitGone) else 409
    return render(request, "workflow/report_refused.html", {"error": error}, status=status)
