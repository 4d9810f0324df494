"""The history of a department's configuration, and taking a change back."""

from functools import partial
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.http_methods import require_POST, require_safe
from departments.access import administrator
from departments.actions import hours as actions
from departments.actions.days import Impact
from departments.models import Department
from departments.queries.changes import changes_of, tell
from departments.queries.hours import peak_use, week_picture
from departments.views.previews import Asked, answer, newest_change, says_since

PER_PAGE = 30


@require_safe
@administrator
def changes(request: HttpRequest, department: Department) -> HttpResponse:
    page = Paginator(changes_of(department), PER_PAGE).get_page(request.GET.get("page"))
    told = tell(department, page.object_list, timezone.localdate())
    context = {"department": department, "changes": told, "page": page}
    return render(request, "departments/changes.html", context)


@require_POST
@administrator
def undo_change(request: HttpRequest, department: Department, change: int) -> HttpResponse:
    undone = get_object_or_404(changes_of(department), pk=change)
    today, newest = timezone.localdate(), newest_change(department)
    history = reverse("departments:changes", args=[department.pk])

    def verb(asks: Asked) -> Impact:
        return actions.undo(
            change=undone, by=asks.by, reason=asks.reason, drop_named=asks.drop_named
        )

    def around() -> dict[str, Any]:
        return {
            "says": says_since(department, newest),
            "week": week_picture(department, today, peak_use(department, today)),
            "on": today,
            "back": history,
        }

    def done() -> HttpResponse:
        messages.success(request, _("The change is undone."))
        return redirect(history)

    response = answer(
        request,
        department,
        verb,
        template="departments/hours_preview.html",
        around=around,
        done=done,
        refused=partial(messages.warning, request),
    )
    return response or redirect(history)
