"""The department's settings."""

from copy import copy
from functools import partial
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access import PersonRequest
from accounts.http_methods import require_POST, require_safe
from database.versions import Stale
from departments import actions, queries
from departments.access import administrator
from departments.actions import Impact
from departments.forms.settings import SettingsForm
from departments.models import Department
from departments.phones import shown_phone_of, shown_staff_phone_of
from departments.views.previews import Submission, preview_or_save, restored_input


@require_safe
@administrator
def settings(request: PersonRequest, department: Department) -> HttpResponse:
    form = SettingsForm(restored_input(request), instance=department).at(department.version)
    return _page(request, department, form)


@require_POST
@administrator
def change_settings(request: PersonRequest, department: Department) -> HttpResponse:
    form = SettingsForm(request.POST, instance=copy(department))
    response = None
    if form.is_valid():
        newest = queries.newest_change_id(department)

        def action(submission: Submission) -> Impact:
            return actions.change_settings(
                department=department,
                values=form.cleaned_data,
                **submission.terms,
            )

        def context_after() -> dict[str, Any]:
            return {
                "description": queries.describe_changes_since(department, newest),
                "back": reverse("departments:settings", args=[department.pk]),
            }

        try:
            response = preview_or_save(
                request,
                department,
                action,
                template="departments/settings_preview.html",
                context_after=context_after,
                message=_("The change is saved."),
                next_url=reverse("departments:settings", args=[department.pk]),
                refused=partial(form.add_error, None),
            )
        except Stale:
            department.refresh_from_db()
            fresh = SettingsForm(instance=copy(department)).at(department.version)
            by = queries.last_changed_by(department, kind="settings")
            return _page(request, department, form.again(fresh, by=by), status=409)
    return response or _page(request, department, form)


def _page(
    request: PersonRequest, department: Department, form: SettingsForm, status: int = 200
) -> HttpResponse:
    context = {
        "department": department,
        "form": form,
        "for_recipients": shown_phone_of(department),
        "for_staff": shown_staff_phone_of(department),
        "changes": queries.latest_settings_changes(department, timezone.localdate()),
    }
    return render(request, "departments/settings.html", context, status=status)
