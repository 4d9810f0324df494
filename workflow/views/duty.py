"""The duty lead: who is, and their page on the phone."""

import datetime as dt
import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.utils.translation import gettext as _

from accounts.access import PersonRequest
from accounts.http_methods import require_POST
from accounts.versioned_forms import seen_version
from database.transactions import Busy
from database.versions import Stale
from departments import actions as department_actions
from departments.access import administrator
from departments.models import Department
from departments.queries import departments_to_mark
from workflow import access
from workflow.forms import DutyForm
from workflow.views.board import back_to


@require_POST
@administrator
def mark_duty(
    request: PersonRequest, department: Department, date: dt.date, shift: uuid.UUID
) -> HttpResponse:
    """Choose the departments whose duty lead the shift's carer is."""
    found = access.shift_of(department, date, shift)
    form = DutyForm(request.POST, departments=departments_to_mark(request.user))
    if not form.is_valid():
        messages.error(request, _("Nothing is saved. Look at the shift once more."))
        return back_to(request, "workflow:board_shift", department, date, shift)
    try:
        department_actions.mark_duty(
            shift=found,
            department_ids=[one.pk for one in form.cleaned_data["duty_for"]],
            with_later=form.cleaned_data["with_later"],
            by=request.user,
            version=seen_version(request.POST),
        )
    except (Busy, Stale) as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The duty lead is saved."))
    return back_to(request, "workflow:board_shift", department, date, shift)
