"""The history of a department's configuration, and undoing a change."""

from functools import partial
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access import PersonRequest
from accounts.http_methods import require_POST, require_safe
from accounts.questions import asks
from departments import access, actions, queries
from departments.access import administrator
from departments.actions import Impact
from departments.models import Department
from departments.views import questions
from departments.views.previews import Submission, preview_or_save

PER_PAGE = 30


@require_safe
@administrator
def changes(request: PersonRequest, department: Department) -> HttpResponse:
    page = Paginator(queries.changes_of(department), PER_PAGE).get_page(request.GET.get("page"))
    described = queries.describe_changes(department, page.object_list, timezone.localdate())
    context = {"department": department, "changes": described, "page": page}
    return render(request, "departments/changes.html", context)


@require_POST
@asks(questions.undo_change)
@administrator
def undo_change(request: PersonRequest, department: Department, change: int) -> HttpResponse:
    undone = access.change_of(department, change)
    today, newest = timezone.localdate(), queries.newest_change_id(department)
    history = reverse("departments:changes", args=[department.pk])

    def action(submission: Submission) -> Impact:
        return actions.undo_change(
            change=undone,
            by=submission.by,
            reason=submission.reason,
            drop_named=submission.drop_named,
        )

    def context_after() -> dict[str, Any]:
        return {
            "description": queries.describe_changes_since(department, newest),
            "week": queries.week_picture(department, today, queries.peak_use(department, today)),
            "on": today,
            "back": history,
        }

    response = preview_or_save(
        request,
        department,
        action,
        template="departments/hours_preview.html",
        context_after=context_after,
        message=_("The change is undone."),
        next_url=history,
        refused=partial(messages.warning, request),
    )
    return response or redirect(history)
