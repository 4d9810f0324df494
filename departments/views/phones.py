"""The department's phone numbers by hour, and which of them answers now."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accounts.access import PersonRequest
from accounts.http_methods import require_POST, require_safe
from accounts.questions import form_on
from database.versions import Stale
from departments import actions, queries
from departments.access import administrator
from departments.forms.phones import PhonesForm
from departments.models import Department
from departments.phones import phone_hours, shown_phone_of, shown_staff_phone_of


@require_safe
@administrator
def phones(request: PersonRequest, department: Department) -> HttpResponse:
    return _page(request, department, _form(department))


@require_POST
@form_on("departments:phones")
@administrator
def change_phones(request: PersonRequest, department: Department) -> HttpResponse:
    form = PhonesForm(request.POST, phone_hours(department))
    if form.is_valid():
        try:
            actions.change_settings(
                department=department,
                values={"phone_hours": [row.record for row in form.phone_hours]},
                by=request.user,
                version=form.seen,
            )
        except Stale:
            department.refresh_from_db()
            form = PhonesForm(request.POST, phone_hours(department))
        else:
            messages.success(request, _("The change is saved."))
            return redirect("departments:phones", department.pk)
    if form.seen == department.version:
        return _page(request, department, form)
    # Somebody else has changed the settings: the rows may be others than those of the page.
    by = queries.last_changed_by(department, kind="settings")
    form = form.again(_form(department), by=by)
    return _page(request, department, form, status=409)


def _form(department: Department) -> PhonesForm:
    return PhonesForm(None, phone_hours(department)).at(department.version)


def _page(
    request: PersonRequest, department: Department, form: PhonesForm, status: int = 200
) -> HttpResponse:
    context = {
        "department": department,
        "form": form,
        "for_recipients": shown_phone_of(department),
        "for_staff": shown_staff_phone_of(department),
    }
    return render(request, "departments/phones.html", context, status=status)
