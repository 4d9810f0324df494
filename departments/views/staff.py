"""Who works in the department, from when until when, and what they know."""

import uuid
from collections.abc import Callable
from functools import partial
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from database.transactions import Busy
from departments.access import administrator
from departments.actions import staff as actions
from departments.errors import DepartmentsError
from departments.forms.staff import EmploymentForm, HoldingForm, NewEmployeeForm
from departments.models import Department, Employee, QualificationHeld
from departments.queries.staff import coming_shifts, former_employees, staff_list
from departments.seats import Reseated
from departments.views.previews import Asked, answer, asked, typed


@require_safe
@administrator
def staff(request: HttpRequest, department: Department) -> HttpResponse:
    today = timezone.localdate()
    context = {
        "department": department,
        "colleagues": staff_list(department, today),
        "former": former_employees(department, today),
        "today": today,
    }
    return render(request, "departments/staff.html", context)


@require_safe
@administrator
def new_employee(request: HttpRequest, department: Department) -> HttpResponse:
    form = NewEmployeeForm(initial={"valid_from": timezone.localdate()})
    return _new_page(request, department, form)


@require_POST
@administrator
def add_employee(request: HttpRequest, department: Department) -> HttpResponse:
    """Invite somebody by e-mail. Whether the address was known before is not told."""
    form = NewEmployeeForm(request.POST)
    if not form.is_valid():
        return _new_page(request, department, form)
    try:
        employee = actions.add_employee(
            department=department, **form.cleaned_data, by=asked(request).by
        )
    except (DepartmentsError, Busy) as error:
        form.add_error("email", str(error))
        return _new_page(request, department, form)
    messages.success(
        request,
        _("%(name)s can log in with a code sent by e-mail.") % {"name": employee.person.full_name},
    )
    return redirect("departments:employee", department.pk, employee.pk)


@require_safe
@administrator
def employee(request: HttpRequest, department: Department, employee: uuid.UUID) -> HttpResponse:
    found = _employee(department, employee)
    before = typed(request)
    is_holding = bool(before) and "qualification" in request.GET
    return _page(
        request,
        department,
        found,
        employment=EmploymentForm(None if is_holding else before, initial=_employment(found)),
        holding=_holding(before if is_holding else None),
    )


@require_POST
@administrator
def change_employment(
    request: HttpRequest, department: Department, employee: uuid.UUID
) -> HttpResponse:
    """From and until when; ending it takes the name off the shifts that come after."""
    found, form = _employee(department, employee), EmploymentForm(request.POST)
    response = None
    if form.is_valid():

        def verb(asks: Asked) -> Reseated:
            return actions.change_employment(employee=found, **form.cleaned_data, by=asks.by)

        says = _("%(name)s works here from other dates.") % {"name": found.person.full_name}
        response = _answer(request, department, found, verb, form, says)
    return response or _page(request, department, found, employment=form)


@require_POST
@administrator
def give_qualification(
    request: HttpRequest, department: Department, employee: uuid.UUID
) -> HttpResponse:
    found, form = _employee(department, employee), _holding(request.POST)
    response = None
    if form.is_valid():

        def verb(asks: Asked) -> Reseated:
            return actions.give_qualification(person=found.person, **form.cleaned_data, by=asks.by)

        says = _("%(name)s knows: %(what)s.") % {
            "name": found.person.full_name,
            "what": form.cleaned_data["qualification"].name,
        }
        response = _answer(request, department, found, verb, form, says)
    return response or _page(request, department, found, holding=form)


@require_POST
@administrator
def take_qualification(
    request: HttpRequest, department: Department, employee: uuid.UUID, held: int
) -> HttpResponse:
    found, form = _employee(department, employee), forms.Form({})
    holding = get_object_or_404(QualificationHeld, pk=held, person=found.person_id)

    def verb(asks: Asked) -> Reseated:
        return actions.take_qualification(held=holding, by=asks.by)

    says = _("%(name)s no longer knows: %(what)s.") % {
        "name": found.person.full_name,
        "what": holding.qualification.name,
    }
    response = _answer(request, department, found, verb, form, says)
    return response or redirect("departments:employee", department.pk, found.pk)


def _answer(
    request: HttpRequest,
    department: Department,
    employee: Employee,
    verb: Callable[[Asked], Reseated],
    form: forms.Form,
    says: str,
) -> HttpResponse | None:
    page = reverse("departments:employee", args=[department.pk, employee.pk])
    shifts = {shift.pk: shift for shift in coming_shifts(department, employee.person)}

    def around() -> dict[str, Any]:
        left = {shift.pk for shift in coming_shifts(department, employee.person)}
        return {
            "employee": employee,
            "says": says,
            "lost_shifts": [shift for pk, shift in shifts.items() if pk not in left],
            "back": page,
        }

    def done() -> HttpResponse:
        messages.success(request, _("The change is saved."))
        return redirect(page)

    return answer(
        request,
        department,
        verb,
        template="departments/employee_preview.html",
        around=around,
        done=done,
        refused=partial(form.add_error, None),
    )


def _page(
    request: HttpRequest,
    department: Department,
    employee: Employee,
    *,
    employment: EmploymentForm | None = None,
    holding: HoldingForm | None = None,
) -> HttpResponse:
    today = timezone.localdate()
    context = {
        "department": department,
        "employee": employee,
        "employment": employment or EmploymentForm(initial=_employment(employee)),
        "holding": holding or _holding(),
        "held": employee.person.qualifications.select_related("qualification").order_by(
            "qualification__name", "valid_from"
        ),
        "shifts": coming_shifts(department, employee.person)[:5],
        "absences": employee.person.absences.filter(ends_at__gt=timezone.now()),
        "today": today,
    }
    return render(request, "departments/employee.html", context)


def _new_page(request: HttpRequest, department: Department, form: NewEmployeeForm) -> HttpResponse:
    context = {"department": department, "form": form}
    return render(request, "departments/employee_new.html", context)


def _employee(department: Department, employee: uuid.UUID) -> Employee:
    return get_object_or_404(department.employees.select_related("person"), pk=employee)


def _employment(employee: Employee) -> dict[str, Any]:
    return {"valid_from": employee.valid_from, "valid_until": employee.valid_until}


def _holding(data: QueryDict | None = None) -> HoldingForm:
    """With ids of its own: the page has another form with dates."""
    return HoldingForm(data, initial={"valid_from": timezone.localdate()}, auto_id="held_%s")
