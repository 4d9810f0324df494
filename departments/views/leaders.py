"""The mark of a department's leader."""

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from accounts.access import PersonRequest
from accounts.http_methods import require_POST
from accounts.versioned_forms import seen_version
from database.versions import Stale
from departments import access, actions
from departments.access import administrator
from departments.errors import NotAdministrator, OwnLeadership
from departments.models import Department


@require_POST
@administrator
def mark_leader(
    request: PersonRequest, department: Department, employee: uuid.UUID
) -> HttpResponse:
    found = access.employee_of(department, employee)
    try:
        actions.mark_leader(
            employee=found,
            is_leader=request.POST.get("is_leader") == "yes",
            by=request.user,
            version=seen_version(request.POST),
        )
    except (Stale, NotAdministrator, OwnLeadership) as error:
        messages.warning(request, str(error))
    else:
        messages.success(request, _("The change is saved."))
    return redirect("departments:employee", department.pk, found.pk)
