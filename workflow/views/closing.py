"""An administrator reports visits, and closes the day."""

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
from accounts.http_methods import require_http_methods
from booking.models import Visit
from departments.access import administrator, administrator_or_duty_lead
from departments.models import Department
from workflow import access, actions, queries
from workflow.errors import (
    NotConfirmed,
    ReasonMissing,
    ReportedByAnother,
    VisitsUntold,
    WorkflowError,
)
from workflow.forms import StaffReportForm
from workflow.models import Report


@require_http_methods(["GET", "HEAD", "POST"])
@administrator_or_duty_lead
def report_visit(
    request: PersonRequest, department: Department, date: dt.date, visit: uuid.UUID
) -> HttpResponse:
    """What happened at a visit, with earlier reports, and the form to report or correct it."""
    step = "sent" if request.method == "POST" else "opened"
    found = access.visit_to_report(
        department, date, visit, by=request.user, what=f"workflow:report_visit:{step}"
    )
    report: Report | None = getattr(found, "report", None)
    is_closed = found.day.is_closed
    if request.method != "POST":
        known = {"outcome": report.outcome, "note": report.note} if report else {}
        form = StaffReportForm(initial=known, is_closed=is_closed)
        return _report_page(request, department, found, form, report)
    form = StaffReportForm(request.POST, is_closed=is_closed)
    if not form.is_valid():
        return _report_page(request, department, found, form, report)
    values = form.cleaned_data
    try:
        actions.report(
            visit=found,
            outcome=values["outcome"],
            note=values["note"],
            reason=values["reason"],
            seen=values["seen"] or 0,
            how=values["how"],
            by=request.user,
        )
    except ReportedByAnother as error:
        return _report_page(request, department, found, form, error.report, other=error)
    except NotConfirmed as error:
        form.add_error("how", str(error))
        return _report_page(request, department, found, form, report)
    except ReasonMissing as error:
        form.add_error("reason", str(error))
        return _report_page(request, department, found, form, report)
    except WorkflowError as error:
        messages.warning(request, str(error))
    else:
        no_contact = queries.no_contact_of_visit(found)
        if no_contact:
            page = reverse("workflow:staff_no_contact", args=[department.pk, no_contact.pk])
            return redirect(f"{page}#content")
        # No name: messages may travel in a cookie.
        messages.success(
            request,
            _("The visit at %(time)s is recorded as “%(outcome)s”.")
            % {"time": dates.hm(found.starts_at), "outcome": form.label},
        )
    return _back(request, department, date)


@require_http_methods(["GET", "HEAD", "POST"])
@administrator
def close_day(request: PersonRequest, department: Department, date: dt.date) -> HttpResponse:
    """Close the day; when visits have no report, ask first."""
    day = access.day_of(department, date)
    if request.method == "POST" and not day.is_closed:
        try:
            actions.close_day(
                department=department,
                date=date,
                by=request.user,
                despite_untold=request.POST.get("despite_untold") == "1",
            )
        except VisitsUntold:
            pass  # the page below asks
        except WorkflowError as error:
            messages.error(request, str(error))
            return _back(request, department, date)
        else:
            messages.success(request, _("The day is closed."))
            return _back(request, department, date)
    elif day.is_closed:
        return _back(request, department, date)
    return render(
        request,
        "workflow/close_day.html",
        {
            "department": department,
            "day": day,
            "untold": queries.untold_on(day),
            "is_over": queries.is_over(day, timezone.now()),
            "next": request.POST.get("next", request.GET.get("next", "")),
        },
    )


def _report_page(
    request: PersonRequest,
    department: Department,
    visit: Visit,
    form: StaffReportForm,
    report: Report | None,
    *,
    other: ReportedByAnother | None = None,
) -> HttpResponse:
    """``other``: somebody else has reported the visit since the form was shown."""
    return render(
        request,
        "workflow/report_visit.html",
        {
            "department": department,
            "visit": visit,
            "recipient": visit.booking.recipient,
            "form": form,
            "report": report,
            "earlier": queries.earlier_reports(report) if report else [],
            "other": other,
            "no_contact": queries.no_contact_of_visit(visit) if report else None,
            "opens": visit.starts_at - Report.OPENS,
            "can_report": visit.starts_at - Report.OPENS <= timezone.now(),
            "next": request.POST.get("next", request.GET.get("next", "")),
        },
        status=409 if other else 200,
    )


def _back(request: PersonRequest, department: Department, date: dt.date) -> HttpResponse:
    if request.POST.get("next", request.GET.get("next")) == "today":
        return redirect("workflow:today", department.pk)
    return redirect("workflow:board", department.pk, date)
