"""The department's services, and the municipality's qualifications."""

import uuid
from collections.abc import Callable, Sequence
from copy import copy
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.access import PersonRequest
from accounts.http_methods import require_http_methods, require_POST, require_safe
from accounts.questions import form_on
from database.versions import Stale
from departments import access, actions, queries
from departments.access import administrator
from departments.actions import ServiceTerms
from departments.errors import KeyReused, NameTaken
from departments.forms.services import (
    ChoiceDeadlineForm,
    NewServiceForm,
    NoContactStepsForm,
    QualificationForm,
    ServiceForm,
)
from departments.models import ChoiceDeadline, Department, Service
from departments.seats import Reseated
from departments.supply import Required
from departments.templatetags.staffing import cut_off_in_words, shortage_in_words
from departments.views.previews import Submission, preview_or_save, restored_input


@require_safe
@administrator
def services(request: PersonRequest, department: Department) -> HttpResponse:
    return _page(request, department, QualificationForm())


@require_safe
@administrator
def new_service(request: PersonRequest, department: Department) -> HttpResponse:
    return _form_page(request, department, NewServiceForm(instance=Service(department=department)))


@require_POST
@form_on("departments:new_service")
@administrator
def add_service(request: PersonRequest, department: Department) -> HttpResponse:
    form = NewServiceForm(request.POST, instance=Service(department=department))
    if not form.is_valid():
        return _form_page(request, department, form)
    lacks = queries.shortages_for(department, _required(form))
    if lacks and not form.cleaned_data["is_certain"]:
        form.add_error("is_certain", [shortage_in_words(lack) for lack in lacks])
        return _form_page(request, department, form)
    try:
        actions.add_service(
            department=department,
            terms=_terms(form),
            qualification_ids=_qualification_ids(form),
            key=form.cleaned_data["key"],
            by=request.user,
        )
    except KeyReused:
        form.refuse_key()
        return _form_page(request, department, form)
    except NameTaken as error:
        form.add_error("name", str(error))
        return _form_page(request, department, form)
    messages.success(request, _("The service is added."))
    return redirect("departments:services", department.pk)


@require_safe
@administrator
def service(request: PersonRequest, department: Department, service: uuid.UUID) -> HttpResponse:
    found = access.service_of(department, service)
    form = ServiceForm(restored_input(request), instance=copy(found)).at(found.version)
    return _form_page(request, department, form, found)


@require_POST
@administrator
def change_service(
    request: PersonRequest, department: Department, service: uuid.UUID
) -> HttpResponse:
    """Change a service, after a preview: a qualification that is added can cost visits their
    carer."""
    found = access.service_of(department, service)
    form = ServiceForm(request.POST, instance=copy(found))
    if not form.is_valid():
        return _form_page(request, department, form, found)
    terms, qualification_ids = _terms(form), _qualification_ids(form)
    cut_off = queries.grants_cut_off(found.pk, minutes=terms.minutes, before=found.minutes)

    def action(submission: Submission) -> Reseated:
        return actions.change_service(
            service=found,
            terms=terms,
            qualification_ids=qualification_ids,
            by=submission.by,
            reason=submission.reason,
            version=submission.version,
        )

    try:
        response = _answer(
            request,
            department,
            form,
            action,
            back=reverse("departments:service", args=[department.pk, found.pk]),
            message=_("The service is changed. Bookings that exist are kept as they are."),
            warnings=cut_off_in_words(cut_off, terms.minutes),
        )
    except Stale:
        found = access.service_of(department, service)
        by = queries.last_changed_by(department, object_id=found.pk)
        form = form.again(ServiceForm(instance=copy(found)).at(found.version), by=by)
        return _form_page(request, department, form, found, status=409)
    return response or _form_page(request, department, form, found)


@require_http_methods(["GET", "HEAD", "POST"])
@administrator
def no_contact_steps(
    request: PersonRequest, department: Department, service: uuid.UUID
) -> HttpResponse:
    """What a carer does when nobody opens at a visit of the service."""
    found = access.service_of(department, service)
    steps = queries.no_contact_steps(found)
    if request.method != "POST":
        form = NoContactStepsForm(steps=steps).at(found.version)
        return _steps_page(request, department, found, form)
    form = NoContactStepsForm(request.POST, steps=steps)
    if not form.is_valid():
        return _steps_page(request, department, found, form)
    try:
        if form.has_changed():  # the usual steps are not saved as the service's own
            actions.change_no_contact_steps(
                service=found, steps=form.steps, by=request.user, version=form.seen
            )
    except Stale:
        found = access.service_of(department, service)
        by = queries.last_changed_by(department, object_id=found.pk)
        fresh = NoContactStepsForm(steps=queries.no_contact_steps(found)).at(found.version)
        return _steps_page(request, department, found, form.again(fresh, by=by), status=409)
    messages.success(request, _("The change is saved."))
    return redirect("departments:service", department.pk, found.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@administrator
def choice_deadline(
    request: PersonRequest, department: Department, service: uuid.UUID
) -> HttpResponse:
    """Until when recipients with an agreed time may choose another."""
    found = access.service_of(department, service)
    deadline = ChoiceDeadline.of(found)
    if request.method != "POST":
        form = ChoiceDeadlineForm(deadline=deadline).at(found.version)
        return _deadline_page(request, department, found, form)
    form = ChoiceDeadlineForm(request.POST, deadline=deadline)
    if not form.is_valid():
        return _deadline_page(request, department, found, form)
    try:
        actions.change_choice_deadline(
            service=found, **form.cleaned_data, by=request.user, version=form.seen
        )
    except Stale:
        found = access.service_of(department, service)
        by = queries.last_changed_by(department, object_id=found.pk)
        fresh = ChoiceDeadlineForm(deadline=ChoiceDeadline.of(found)).at(found.version)
        return _deadline_page(request, department, found, form.again(fresh, by=by), status=409)
    messages.success(request, _("The change is saved."))
    return redirect("departments:service", department.pk, found.pk)


@require_POST
@administrator
def add_qualification(request: PersonRequest, department: Department) -> HttpResponse:
    form = QualificationForm(request.POST)
    if not form.is_valid():
        return _page(request, department, form)
    actions.add_qualification(
        department=department, name=form.cleaned_data["name"], by=request.user
    )
    messages.success(request, _("The qualification is added."))
    return redirect("departments:services", department.pk)


def _answer(
    request: PersonRequest,
    department: Department,
    form: ServiceForm,
    action: Callable[[Submission], Reseated],
    *,
    back: str,
    message: str,
    warnings: Sequence[str],
) -> HttpResponse | None:
    newest = queries.newest_change_id(department)

    def refused(why: str) -> None:
        form.add_error("name" if why == str(NameTaken()) else None, why)

    def context_after() -> dict[str, Any]:
        description = queries.describe_changes_since(department, newest)
        return {"description": description, "back": back, "warnings": warnings}

    return preview_or_save(
        request,
        department,
        action,
        template="departments/service_preview.html",
        context_after=context_after,
        message=message,
        next_url=reverse("departments:services", args=[department.pk]),
        refused=refused,
    )


def _page(
    request: PersonRequest, department: Department, qualification_form: QualificationForm
) -> HttpResponse:
    context = {
        "department": department,
        "services": queries.services_of(department),
        "qualifications": queries.all_qualifications(),
        "form": qualification_form,
    }
    return render(request, "departments/services.html", context)


def _form_page(
    request: PersonRequest,
    department: Department,
    form: ServiceForm,
    service: Service | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {"department": department, "form": form, "service": service}
    return render(request, "departments/service.html", context, status=status)


def _steps_page(
    request: PersonRequest,
    department: Department,
    service: Service,
    form: NoContactStepsForm,
    status: int = 200,
) -> HttpResponse:
    context = {"department": department, "form": form, "service": service}
    return render(request, "departments/no_contact_steps.html", context, status=status)


def _deadline_page(
    request: PersonRequest,
    department: Department,
    service: Service,
    form: ChoiceDeadlineForm,
    status: int = 200,
) -> HttpResponse:
    context = {"department": department, "form": form, "service": service}
    return render(request, "departments/choice_deadline.html", context, status=status)


def _terms(form: ServiceForm) -> ServiceTerms:
    values = {**form.cleaned_data}
    for name in ("qualifications", "is_certain", "key"):
        values.pop(name, None)
    return ServiceTerms(**values)


def _required(form: ServiceForm) -> Required:
    data = form.cleaned_data
    qualifications = tuple((one.pk, one.name) for one in data["qualifications"])
    return Required(data["name"], data["minutes"], data["carers"], qualifications)


def _qualification_ids(form: ServiceForm) -> list[uuid.UUID]:
    return [one.pk for one in form.cleaned_data["qualifications"]]
