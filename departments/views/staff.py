"""The department's employees, their employment and qualifications."""

import uuid
from collections.abc import Callable
from functools import partial
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.access import PersonRequest
from accounts.errors import KeyReused, TooManyInvitations
from accounts.http_methods import require_POST, require_safe
from accounts.questions import asks, form_on
from database.transactions import Busy
from database.versions import Stale
from departments import access, actions, errors, queries
from departments.access import administrator
from departments.errors import DepartmentsError
from departments.forms.staff import (
    EmployeeNameForm,
    EmploymentForm,
    HoldingForm,
    InviteAgainForm,
    NewEmployeeForm,
    StaffContactEmailForm,
)
from departments.models import Department, Employee
from departments.seats import Reseated
from departments.views import questions
from departments.views.previews import Submission, preview_or_save, restored_input

TOO_MANY = gettext_lazy("Your department has sent many invitations today. Try tomorrow.")


@require_safe
@administrator
def staff(request: PersonRequest, department: Department) -> HttpResponse:
    today = timezone.localdate()
    colleagues = queries.staff_list(department, today)
    context = {
        "department": department,
        "colleagues": colleagues,
        "has_leader": any(one.employee.is_leader for one in colleagues),
        "former": queries.former_employees(department, today),
        "today": today,
    }
    return render(request, "departments/staff.html", context)


@require_safe
@administrator
def new_employee(request: PersonRequest, department: Department) -> HttpResponse:
    form = NewEmployeeForm(initial={"valid_from": timezone.localdate()})
    return _new_page(request, department, form)


@require_POST
@form_on("departments:new_employee")
@administrator
def add_employee(request: PersonRequest, department: Department) -> HttpResponse:
    """Invite somebody by e-mail. Does not reveal whether the address is known."""
    form = NewEmployeeForm(request.POST)
    if not form.is_valid():
        return _new_page(request, department, form)
    values = form.cleaned_data
    if not values.pop("is_another") and queries.has_namesake(
        department,
        (values["given_name"], values["family_name"]),
        values["phone"],
        besides=values["key"],
    ):
        form.ask_whether_it_is_another()
        return _new_page(request, department, form)
    try:
        employee = actions.add_employee(department=department, **values, by=request.user)
    except TooManyInvitations:
        form.add_error("email", str(TOO_MANY))
        return _new_page(request, department, form)
    except errors.KeyReused:
        form.refuse_key()
        return _new_page(request, department, form)
    except (DepartmentsError, Busy) as error:
        form.add_error("email", str(error))
        return _new_page(request, department, form)
    messages.success(request, _("An invitation is sent. It can be answered for 14 days."))
    return redirect("departments:employee", department.pk, employee.pk)


@require_POST
@administrator
def invite_again(
    request: PersonRequest, department: Department, employee: uuid.UUID
) -> HttpResponse:
    found, form = access.employee_of(department, employee), InviteAgainForm(request.POST)
    if form.is_valid():
        try:
            actions.invite_again(employee=found, **form.cleaned_data, by=request.user)
        except KeyReused:
            form.refuse_key()
        except TooManyInvitations:
            form.add_error("email", str(TOO_MANY))
        except (DepartmentsError, Busy) as error:
            form.add_error("email", str(error))
        else:
            messages.success(request, _("An invitation is sent. It can be answered for 14 days."))
            return redirect("departments:employee", department.pk, found.pk)
    return _page(request, department, found, inviting=form)


@require_POST
@administrator
def rename_employee(
    request: PersonRequest, department: Department, employee: uuid.UUID
) -> HttpResponse:
    found = access.employee_of(department, employee)
    form = _naming(found, request.POST)
    if not form.is_valid():
        return _page(request, department, found, naming=form)
    try:
        actions.rename_employee(
            employee=found, **form.cleaned_data, by=request.user, version=form.seen
        )
    except Stale:
        found = access.employee_of(department, employee)
        return _page(request, department, found, naming=form.again(_naming(found)), status=409)
    messages.success(request, _("The change is saved."))
    return redirect("departments:employee", department.pk, found.pk)


@require_POST
@administrator
def change_contact_email(
    request: PersonRequest, department: Department, employee: uuid.UUID
) -> HttpResponse:
    found = access.employee_of(department, employee)
    form = _contact(found, request.POST)
    if not form.is_valid():
        return _page(request, department, found, contact=form)
    try:
        actions.change_contact_email(
            employee=found, email=form.cleaned_data["email"], by=request.user, version=form.seen
        )
    except errors.HasLogIn:
        messages.info(request, _("This person can log in by now, and chooses it themselves."))
    except Stale:
        found = access.employee_of(department, employee)
        form = form.again(_contact(found))
        return _page(request, department, found, contact=form, status=409)
    else:
        messages.success(request, _("The change is saved."))
    return redirect("departments:employee", department.pk, found.pk)


@require_safe
@administrator
def employee(request: PersonRequest, department: Department, employee: uuid.UUID) -> HttpResponse:
    found = access.employee_of(department, employee)
    restored = restored_input(request)
    is_holding = bool(restored) and "qualification" in request.GET
    return _page(
        request,
        department,
        found,
        employment=_employment(found, None if is_holding else restored),
        holding=_holding(found, restored if is_holding else None),
    )


@require_POST
@administrator
def change_employment(
    request: PersonRequest, department: Department, employee: uuid.UUID
) -> HttpResponse:
    """Change the first and last day, or the hours of agency staff. Shifts outside lose the
    name."""
    found = access.employee_of(department, employee)
    form, response = _employment(found, request.POST), None
    if form.is_valid():

        def action(submission: Submission) -> Reseated:
            return actions.change_employment(
                employee=found, **form.terms, by=submission.by, version=submission.version
            )

        description = _("%(name)s works here from other dates.") % {"name": found.person.full_name}
        try:
            response = _answer(request, department, found, action, form, description)
        except Stale:
            found = access.employee_of(department, employee)
            by = queries.last_changed_by(department, object_id=found.pk)
            form = form.again(_employment(found), by=by)
            return _page(request, department, found, employment=form, status=409)
    return response or _page(request, department, found, employment=form)


@require_POST
@administrator
def give_qualification(
    request: PersonRequest, department: Department, employee: uuid.UUID
) -> HttpResponse:
    found = access.employee_of(department, employee)
    form, response = _holding(found, request.POST), None
    if form.is_valid():

        def action(submission: Submission) -> Reseated:
            return actions.give_qualification(
                employee=found,
                **form.cleaned_data,
                by=submission.by,
                version=submission.version,
            )

        description = _("%(name)s knows: %(what)s.") % {
            "name": found.person.full_name,
            "what": form.cleaned_data["qualification"].name,
        }
        try:
            response = _answer(request, department, found, action, form, description)
        except Stale:
            found = access.employee_of(department, employee)
            form = form.again(_holding(found))
            return _page(request, department, found, holding=form, status=409)
    return response or _page(request, department, found, holding=form)


@require_POST
@asks(questions.take_qualification)
@administrator
def take_qualification(
    request: PersonRequest, department: Department, employee: uuid.UUID, held: int
) -> HttpResponse:
    found, form = access.employee_of(department, employee), forms.Form({})
    holding = access.qualification_held_by(found, held)

    def action(submission: Submission) -> Reseated:
        return actions.take_qualification(
            held=holding, by=submission.by, version=submission.version
        )

    description = _("%(name)s no longer knows: %(what)s.") % {
        "name": found.person.full_name,
        "what": holding.qualification.name,
    }
    try:
        response = _answer(request, department, found, action, form, description)
    except Stale as error:
        response = None
        messages.warning(request, str(error))
    return response or redirect("departments:employee", department.pk, found.pk)


def _answer(
    request: PersonRequest,
    department: Department,
    employee: Employee,
    action: Callable[[Submission], Reseated],
    form: forms.Form,
    description: str,
) -> HttpResponse | None:
    page = reverse("departments:employee", args=[department.pk, employee.pk])
    shifts = {shift.pk: shift for shift in queries.coming_shifts(department, employee.person)}

    def context_after() -> dict[str, Any]:
        left = {shift.pk for shift in queries.coming_shifts(department, employee.person)}
        return {
            "employee": employee,
            "description": description,
            "lost_shifts": [shift for pk, shift in shifts.items() if pk not in left],
            "back": page,
        }

    return preview_or_save(
        request,
        department,
        action,
        template="departments/employee_preview.html",
        context_after=context_after,
        message=_("The change is saved."),
        next_url=page,
        refused=partial(form.add_error, None),
    )


def _page(
    request: PersonRequest,
    department: Department,
    employee: Employee,
    *,
    employment: EmploymentForm | None = None,
    holding: HoldingForm | None = None,
    inviting: InviteAgainForm | None = None,
    naming: EmployeeNameForm | None = None,
    contact: StaffContactEmailForm | None = None,
    status: int = 200,
) -> HttpResponse:
    today = timezone.localdate()
    context = {
        "department": department,
        "employee": employee,
        "employment": employment or _employment(employee),
        "holding": holding or _holding(employee),
        "inviting": inviting or InviteAgainForm(),
        "naming": naming or _naming(employee),
        "contact": contact or _contact(employee),
        "invitation": None if employee.person.email else queries.last_invitation(employee),
        "now": timezone.now(),
        "held": queries.qualifications_held(employee),
        "shifts": list(queries.coming_shifts(department, employee.person)),
        "absences": queries.coming_absences_of(employee),
        "today": today,
    }
    return render(request, "departments/employee.html", context, status=status)


def _new_page(
    request: PersonRequest, department: Department, form: NewEmployeeForm
) -> HttpResponse:
    context = {"department": department, "form": form}
    return render(request, "departments/employee_new.html", context)


def _naming(employee: Employee, data: QueryDict | None = None) -> EmployeeNameForm:
    person = employee.person
    initial = {"given_name": person.given_name, "family_name": person.family_name}
    return EmployeeNameForm(data, initial=initial).at(person.version)


def _contact(employee: Employee, data: QueryDict | None = None) -> StaffContactEmailForm:
    person = employee.person
    return StaffContactEmailForm(person.contact_email, data).at(person.version)


def _employment(employee: Employee, data: QueryDict | None = None) -> EmploymentForm:
    return EmploymentForm(data, employee=employee).at(employee.version)


def _holding(employee: Employee, data: QueryDict | None = None) -> HoldingForm:
    """The ids have a prefix, since the page has another form with dates."""
    initial = {"valid_from": timezone.localdate()}
    return HoldingForm(data, initial=initial, auto_id="held_%s").at(employee.person.version)
