"""Who is away, and what that does to the visits."""

import datetime as dt
import uuid
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.http_methods import require_POST, require_safe
from departments.access import administrator
from departments.actions import staff as actions
from departments.forms.staff import AbsenceForm, BackForm
from departments.models import Absence, Department
from departments.queries.staff import absences_of, withdrawn_by
from departments.seats import Reseated
from departments.views.previews import Asked, answer, typed


@require_safe
@administrator
def absences(request: HttpRequest, department: Department) -> HttpResponse:
    context = {"department": department, "absences": absences_of(department, timezone.now())}
    return render(request, "departments/absences.html", context)


@require_safe
@administrator
def new_absence(request: HttpRequest, department: Department) -> HttpResponse:
    """``?employee=`` chooses one; the form begins with "sick from now"."""
    now = timezone.localtime()
    initial = {
        "employee": request.GET.get("employee"),
        "first_date": now.date(),
        "first_time": now.replace(minute=now.minute // 5 * 5).time(),
        "last_date": now.date(),
    }
    before = typed(request) if "key" in request.GET else None
    return _new_page(
        request, department, AbsenceForm(before, department=department, initial=initial)
    )


@require_POST
@administrator
def report_absence(request: HttpRequest, department: Department) -> HttpResponse:
    form = AbsenceForm(request.POST, department=department)
    response = None
    if form.is_valid():
        data, period = form.cleaned_data, form.period
        person = data["employee"].person

        def verb(asks: Asked) -> Reseated:
            _absence, reseated = actions.report_absence(
                person=person, kind=data["kind"], period=period, key=data["key"], by=asks.by
            )
            return reseated

        def around() -> dict[str, Any]:
            return {
                "says": _("%(name)s is away.") % {"name": person.full_name},
                "starts_at": period.start,
                "ends_at": period.end,
                "shifts": list(withdrawn_by(data["key"], department)),
                "back": reverse("departments:new_absence", args=[department.pk]),
            }

        def done() -> HttpResponse:
            messages.success(request, _("The absence is saved."))
            return redirect("departments:absences", department.pk)

        response = answer(
            request,
            department,
            verb,
            template="departments/absence_preview.html",
            around=around,
            done=done,
            refused=partial(form.add_error, None),
        )
    return response or _new_page(request, department, form)


@require_safe
@administrator
def absence(request: HttpRequest, department: Department, absence: uuid.UUID) -> HttpResponse:
    found = _absence(department, absence)
    form = BackForm(typed(request), initial={"back_date": timezone.localdate()})
    return _page(request, department, found, form)


@require_POST
@administrator
def end_absence(request: HttpRequest, department: Department, absence: uuid.UUID) -> HttpResponse:
    """Back earlier than was thought; ``never`` when it was all a mistake."""
    found = _absence(department, absence)
    is_mistake = "never" in request.POST
    form = BackForm(request.POST)
    response = None
    if is_mistake or form.is_valid():
        ends_at: dt.datetime = found.starts_at if is_mistake else form.instant
        shifts = {shift.pk: shift for shift in withdrawn_by(absence, department)}

        def verb(asks: Asked) -> Reseated:
            return actions.end_absence(absence=found, ends_at=ends_at, by=asks.by)

        def around() -> dict[str, Any]:
            left = {shift.pk for shift in withdrawn_by(absence, department)}
            return {
                "says": _("%(name)s is at work again.") % {"name": found.person.full_name},
                "starts_at": ends_at,
                "returned": [shift for pk, shift in shifts.items() if pk not in left],
                "back": reverse("departments:absence", args=[department.pk, absence]),
            }

        def done() -> HttpResponse:
            messages.success(request, _("The absence is changed."))
            return redirect("departments:absences", department.pk)

        response = answer(
            request,
            department,
            verb,
            template="departments/absence_preview.html",
            around=around,
            done=done,
            refused=partial(form.add_error, None),
        )
    return response or _page(request, department, found, form)


def _new_page(request: HttpRequest, department: Department, form: AbsenceForm) -> HttpResponse:
    context = {"department": department, "form": form}
    return render(request, "departments/absence_new.html", context)


def _page(
    request: HttpRequest, department: Department, absence: Absence, form: BackForm
) -> HttpResponse:
    context = {
        "department": department,
        "absence": absence,
        "shifts": withdrawn_by(absence.pk, department),
        "form": form,
    }
    return render(request, "departments/absence.html", context)


def _absence(department: Department, absence: uuid.UUID) -> Absence:
    return get_object_or_404(absences_of(department, timezone.now()), pk=absence)
