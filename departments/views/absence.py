"""Report, change and end absences."""

import datetime as dt
import uuid
from functools import partial
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access import PersonRequest
from accounts.http_methods import require_POST, require_safe
from departments import access, actions, queries
from departments.access import administrator
from departments.forms.staff import AbsenceForm, BackForm
from departments.models import Absence, Department
from departments.seats import Reseated
from departments.views.previews import Submission, preview_or_save, restored_input


@require_safe
@administrator
def absences(request: PersonRequest, department: Department) -> HttpResponse:
    context = {
        "department": department,
        "absences": queries.coming_absences(department, timezone.now()),
    }
    return render(request, "departments/absences.html", context)


@require_safe
@administrator
def new_absence(request: PersonRequest, department: Department) -> HttpResponse:
    """Start with "sick from now"; ``?employee=`` selects the employee."""
    now = timezone.localtime()
    initial = {
        "employee": request.GET.get("employee"),
        "first_date": now.date(),
        "first_time": now.replace(minute=now.minute // 5 * 5).time(),
        "last_date": now.date(),
    }
    restored = restored_input(request) if "key" in request.GET else None
    return _new_page(
        request, department, AbsenceForm(restored, department=department, initial=initial)
    )


@require_POST
@administrator
def report_absence(request: PersonRequest, department: Department) -> HttpResponse:
    form = AbsenceForm(request.POST, department=department)
    response = None
    if form.is_valid():
        data, period = form.cleaned_data, form.period
        person = data["employee"].person

        def action(submission: Submission) -> Reseated:
            _absence, reseated = actions.report_absence(
                person=person, kind=data["kind"], period=period, key=data["key"], by=submission.by
            )
            return reseated

        def context_after() -> dict[str, Any]:
            return {
                "description": _("%(name)s is away.") % {"name": person.full_name},
                "starts_at": period.start,
                "ends_at": period.end,
                "shifts": list(queries.shifts_withdrawn_by(data["key"], department)),
                "back": reverse("departments:new_absence", args=[department.pk]),
            }

        response = preview_or_save(
            request,
            department,
            action,
            template="departments/absence_preview.html",
            context_after=context_after,
            message=_("The absence is saved."),
            next_url=reverse("departments:absences", args=[department.pk]),
            refused=partial(form.add_error, None),
        )
    return response or _new_page(request, department, form)


@require_safe
@administrator
def absence(request: PersonRequest, department: Department, absence: uuid.UUID) -> HttpResponse:
    found = access.absence_of(department, absence)
    form = BackForm(restored_input(request), initial={"back_date": timezone.localdate()})
    return _page(request, department, found, form)


@require_POST
@administrator
def end_absence(
    request: PersonRequest, department: Department, absence: uuid.UUID
) -> HttpResponse:
    """End an absence early; ``never`` deletes it."""
    found = access.absence_of(department, absence)
    is_mistake = "never" in request.POST
    form = BackForm(request.POST)
    response = None
    if is_mistake or form.is_valid():
        ends_at: dt.datetime = found.starts_at if is_mistake else form.instant
        shifts = {shift.pk: shift for shift in queries.shifts_withdrawn_by(absence, department)}

        def action(submission: Submission) -> Reseated:
            return actions.end_absence(absence=found, ends_at=ends_at, by=submission.by)

        def context_after() -> dict[str, Any]:
            left = {shift.pk for shift in queries.shifts_withdrawn_by(absence, department)}
            return {
                "description": _("%(name)s is at work again.") % {"name": found.person.full_name},
                "starts_at": ends_at,
                "returned": [shift for pk, shift in shifts.items() if pk not in left],
                "back": reverse("departments:absence", args=[department.pk, absence]),
            }

        response = preview_or_save(
            request,
            department,
            action,
            template="departments/absence_preview.html",
            context_after=context_after,
            message=_("The absence is changed."),
            next_url=reverse("departments:absences", args=[department.pk]),
            refused=partial(form.add_error, None),
        )
    return response or _page(request, department, found, form)


def _new_page(request: PersonRequest, department: Department, form: AbsenceForm) -> HttpResponse:
    context = {"department": department, "form": form}
    return render(request, "departments/absence_new.html", context)


def _page(
    request: PersonRequest, department: Department, absence: Absence, form: BackForm
) -> HttpResponse:
    context = {
        "department": department,
        "absence": absence,
        "shifts": queries.shifts_withdrawn_by(absence.pk, department),
        "form": form,
    }
    return render(request, "departments/absence.html", context)
