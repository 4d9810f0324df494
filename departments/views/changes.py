"""The history of a department: who has changed what, and undoing a change."""

from functools import partial
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access import PersonRequest, log_accesses
from accounts.http_methods import require_POST, require_safe
from accounts.models import Change
from accounts.questions import asks
from departments import access, actions, queries
from departments.access import administrator
from departments.actions import Impact
from departments.forms.changes import ChangesForm
from departments.models import Department
from departments.seats import registered
from departments.templatetags.staffing import cut_off_in_words
from departments.views import questions
from departments.views.previews import Submission, preview_or_save

PER_PAGE = 25
PREVIEWS = {
    "change_service": "departments/service_preview.html",
    "change_settings": "departments/settings_preview.html",
}


@require_safe
@administrator
def changes(request: PersonRequest, department: Department) -> HttpResponse:
    today = timezone.localdate()
    form = ChangesForm(request.GET, department=department, today=today)
    chosen = form.chosen
    found = queries.changes_of(department, kind=chosen["kind"], person_id=chosen["person"])
    if closed := registered().closed_to(request.user):
        found = found.exclude(subject_id__in=closed)
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    lines = queries.page_of_changes(department, page.object_list, today)
    log_accesses(
        by=request.user,
        subject_ids=[line.whom_id for line in lines if line.whom_id and line.is_about_recipient],
        what="departments:changes",
        department_id=department.pk,
    )
    context = {
        "department": department,
        "changes": lines,
        "page": page,
        "form": form,
        "filters": urlencode({name: value for name, value in chosen.items() if value}),
    }
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
            "warnings": _warnings(undone),
        }

    response = preview_or_save(
        request,
        department,
        action,
        template=PREVIEWS.get(undone.verb, "departments/hours_preview.html"),
        context_after=context_after,
        message=_("The change is undone."),
        next_url=history,
        refused=partial(messages.warning, request),
    )
    return response or redirect(history)


def _warnings(undone: Change) -> list[str]:
    """What the service as it was before would cost."""
    if undone.verb != "change_service" or undone.object_id is None:
        return []
    minutes = undone.before["minutes"]
    cut_off = queries.grants_cut_off(
        undone.object_id, minutes=minutes, before=undone.after["minutes"]
    )
    return cut_off_in_words(cut_off, minutes)
