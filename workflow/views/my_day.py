"""The care worker's own day, and reports of its visits."""

import datetime as dt
import uuid

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import dates
from accounts.access import PersonRequest
from accounts.decorators import person_required
from accounts.http_methods import require_POST, require_safe
from workflow import access, actions
from workflow.errors import NotYourVisit, WorkflowError
from workflow.forms import ReportForm


@require_safe
@person_required
def my_day(request: PersonRequest, date: dt.date | None = None) -> HttpResponse:
    date = date or timezone.localdate()
    return render(
        request,
        "workflow/my_day.html",
        {
            "my_day": access.my_day_of(request.user, date, what="workflow:my_day"),
            "days_ahead": access.days_ahead_of(request.user, date),
        },
    )


@require_safe
@person_required
def visit(request: PersonRequest, date: dt.date, visit: uuid.UUID) -> HttpResponse:
    my_day, stop = access.stop_of(request.user, date, visit, what="workflow:visit")
    chosen = stop.report.outcome if stop.report else request.GET.get("outcome")
    return render(
        request,
        "workflow/visit.html",
        {
            "my_day": my_day,
            "stop": stop,
            "form": ReportForm(initial={"outcome": chosen}),
            "has_begun": stop.visit.starts_at <= my_day.now,
        },
    )


@require_POST
@person_required
def report(request: PersonRequest, date: dt.date, visit: uuid.UUID) -> HttpResponse:
    my_day, stop = access.stop_of(request.user, date, visit, what="workflow:report")
    form = ReportForm(request.POST)
    if not form.is_valid():
        return render(
            request,
            "workflow/visit.html",
            {"my_day": my_day, "stop": stop, "form": form, "has_begun": True},
        )
    outcome = form.cleaned_data["outcome"]
    try:
        actions.report(visit=stop.visit, outcome=outcome, by=request.user)
    except NotYourVisit:
        raise Http404 from None
    except WorkflowError as error:
        messages.warning(request, str(error))
        return redirect("workflow:visit", date, visit)
    # No name: messages may travel in a cookie.
    messages.success(
        request,
        _("The visit at %(time)s is marked as “%(outcome)s”.")
        % {
            "time": dates.hm(stop.visit.starts_at),
            "outcome": form.label,
        },
    )
    return redirect("workflow:my_day")
