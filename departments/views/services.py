"""The department's services, and the municipality's qualifications."""

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.access import PersonRequest
from accounts.http_methods import require_POST, require_safe
from accounts.questions import form_on
from database.transactions import Busy
from departments import access, actions, queries
from departments.access import administrator
from departments.actions import ServiceTerms
from departments.errors import NameTaken
from departments.forms.services import QualificationForm, ServiceForm
from departments.models import Department, Service


@require_safe
@administrator
def services(request: PersonRequest, department: Department) -> HttpResponse:
    return _page(request, department, QualificationForm())


@require_safe
@administrator
def new_service(request: PersonRequest, department: Department) -> HttpResponse:
    return _form_page(request, department, ServiceForm(instance=Service(department=department)))


@require_POST
@form_on("departments:new_service")
@administrator
def add_service(request: PersonRequest, department: Department) -> HttpResponse:
    form = ServiceForm(request.POST, instance=Service(department=department))
    if not form.is_valid():
        return _form_page(request, department, form)
    try:
        actions.add_service(
            department=department,
            terms=_terms(form),
            qualification_ids=_qualification_ids(form),
            by=request.user,
        )
    except NameTaken as error:
        form.add_error("name", str(error))
        return _form_page(request, department, form)
    messages.success(request, _("The service is added."))
    return redirect("departments:services", department.pk)


@require_safe
@administrator
def service(request: PersonRequest, department: Department, service: uuid.UUID) -> HttpResponse:
    found = access.service_of(department, service)
    return _form_page(request, department, ServiceForm(instance=found), found)


@require_POST
@administrator
def change_service(
    request: PersonRequest, department: Department, service: uuid.UUID
) -> HttpResponse:
    found = access.service_of(department, service)
    form = ServiceForm(request.POST, instance=found)
    if not form.is_valid():
        return _form_page(request, department, form, found)
    try:
        reseated = actions.change_service(
            service=found,
            terms=_terms(form),
            qualification_ids=_qualification_ids(form),
            by=request.user,
        )
    except (NameTaken, Busy) as error:
        form.add_error("name" if isinstance(error, NameTaken) else None, str(error))
        return _form_page(request, department, form, found)
    messages.success(
        request, _("The service is changed. Bookings that exist are kept as they are.")
    )
    if lost := len(reseated.unstaffed):
        messages.warning(
            request,
            ngettext(
                "%(lost)s visit has nobody who may give it now. It stands among the problems.",
                "%(lost)s visits have nobody who may give them now."
                " They stand among the problems.",
                lost,
            )
            % {"lost": lost},
        )
    return redirect("departments:services", department.pk)


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
) -> HttpResponse:
    context = {"department": department, "form": form, "service": service}
    return render(request, "departments/service.html", context)


def _terms(form: ServiceForm) -> ServiceTerms:
    values = {**form.cleaned_data}
    del values["qualifications"]
    return ServiceTerms(**values)


def _qualification_ids(form: ServiceForm) -> list[uuid.UUID]:
    return [one.pk for one in form.cleaned_data["qualifications"]]
