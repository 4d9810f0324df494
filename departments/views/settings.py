"""The department's rules for itself."""

from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.http_methods import require_POST, require_safe
from departments.access import administrator
from departments.actions import settings as actions
from departments.actions.days import Impact
from departments.forms.settings import SettingsForm
from departments.models import Department
from departments.queries.changes import changes_of, tell
from departments.views.previews import Asked, answer, newest_change, says_since, typed

LATEST = 5


@require_safe
@administrator
def settings(request: HttpRequest, department: Department) -> HttpResponse:
    return _page(request, department, SettingsForm(typed(request), instance=department))


@require_POST
@administrator
def change_settings(request: HttpRequest, department: Department) -> HttpResponse:
    form = SettingsForm(request.POST, instance=Department.objects.get(pk=department.pk))
    response = None
    if form.is_valid():
        newest = newest_change(department)

        def verb(asks: Asked) -> Impact:
            return actions.change_settings(
                department=department,
                values=form.cleaned_data,
                by=asks.by,
                reason=asks.reason,
                drop_named=asks.drop_named,
            )

        def around() -> dict[str, Any]:
            return {
                "says": says_since(department, newest),
                "back": reverse("departments:settings", args=[department.pk]),
            }

        def done() -> HttpResponse:
            messages.success(request, _("The change is saved."))
            return redirect("departments:settings", department.pk)

        response = answer(
            request,
            department,
            verb,
            template="departments/settings_preview.html",
            around=around,
            done=done,
            refused=partial(form.add_error, None),
        )
    return response or _page(request, department, form)


def _page(request: HttpRequest, department: Department, form: SettingsForm) -> HttpResponse:
    found = changes_of(department).filter(what="change_settings")[:LATEST]
    context = {
        "department": department,
        "form": form,
        "changes": tell(department, found, timezone.localdate()),
    }
    return render(request, "departments/settings.html", context)
