"""Access to recipients whose last grant ended long ago: a reason opens it for an hour."""

import uuid

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from accounts.access import PersonRequest, open_with_reason
from accounts.http_methods import require_http_methods
from booking import queries
from booking.access.close import closed_to, refuse_close
from booking.access.staff import (
    OPEN_ACCESS,
    all_recipients_of,
    former_recipients_of,
    list_of_recipients,
    page_of_recipient,
    recipients_of,
)
from booking.forms.recipients import FormerForm, OpeningForm
from booking.models import Recipient
from departments.access import sees_grants
from departments.models import Department


@require_http_methods(["GET", "HEAD", "POST"])
@sees_grants
def find_former(request: PersonRequest, department: Department) -> HttpResponse:
    """Find a recipient who is not in the list any more, and open the page. The answer names
    nobody unless exactly one person fits."""
    form = FormerForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        former = former_recipients_of(department).exclude(pk__in=closed_to(request.user))
        fit = queries.matching(former, form.cleaned_data["name"])[:2]
        if len(fit) == 1:
            return _open(request, department, fit[0], form)
        form.add_error(
            "name",
            _("Several people fit. Write the whole name, or the phone number.")
            if fit
            else _("Nobody whose access has ended has that name or number."),
        )
    return _page(request, department, form)


@require_http_methods(["GET", "HEAD", "POST"])
@sees_grants
def open_access(
    request: PersonRequest, department: Department, recipient: uuid.UUID
) -> HttpResponse:
    """Open the page of a recipient. It does not show who it is before there is a reason."""
    refuse_close(request.user, recipient)
    found = get_object_or_404(all_recipients_of(department), pk=recipient)
    if recipients_of(department).filter(pk=found.pk).exists():
        return redirect(page_of_recipient(request.user, department, found.pk))
    form = OpeningForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        return _open(request, department, found, form)
    return _page(request, department, form)


def _open(
    request: PersonRequest, department: Department, recipient: Recipient, form: OpeningForm
) -> HttpResponse:
    open_with_reason(
        by=request.user,
        subject_id=recipient.pk,
        what=OPEN_ACCESS,
        department_id=department.pk,
        reason=form.cleaned_data["reason"],
    )
    messages.success(request, _("The page is open for an hour. The reason is in the log."))
    return redirect(page_of_recipient(request.user, department, recipient.pk))


def _page(request: PersonRequest, department: Department, form: OpeningForm) -> HttpResponse:
    context = {
        "department": department,
        "form": form,
        "days": settings.RECIPIENT_ACCESS_DAYS,
        "list_url": list_of_recipients(request.user, department),
    }
    return render(request, "booking/open_access.html", context)
