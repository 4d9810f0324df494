"""Visits that staff plan by a pattern: a new one, a change, the end, and dates that are left out.

The button saves what the page has shown. When saving would do something else by now, or the
form was changed, the page shows that first.
"""

import copy
import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.access import PersonRequest
from accounts.http_methods import require_http_methods, require_POST
from accounts.questions import asks
from booking import actions, errors, queries
from booking.access.staff import pattern_date_of, pattern_of, recipient_of
from booking.forms.patterns import EndPatternForm, NewPatternForm, PatternForm
from booking.forms.visits import sent_version
from booking.models import Pattern, Recipient
from booking.notices.notified import notified_for_staff
from booking.queries import PatternPreview
from booking.views.staff import questions
from database.versions import Stale
from departments.access import administrator
from departments.converters import date_of
from departments.hours import DAY
from departments.models import Department


@require_http_methods(["GET", "HEAD", "POST"])
@administrator
def new_pattern(
    request: PersonRequest, department: Department, recipient: uuid.UUID
) -> HttpResponse:
    found = recipient_of(department, recipient, by=request.user, what="booking:new_pattern")
    today = timezone.localdate()
    services = queries.services_to_plan(department, found, today)
    if found.departed_at:
        raise Http404
    form = NewPatternForm(
        request.POST or None,
        department=department,
        services=services,
        initial={"first_date": today},
    )
    preview = None
    if form.is_valid():
        service = form.cleaned_data["service"]
        wanted = Pattern(recipient=found, service=service, **form.terms)
        preview = queries.preview_of_pattern(wanted, timezone.now())
        if form.cleaned_data["previewed"] == preview.digest:
            try:
                actions.plan_pattern(
                    key=form.cleaned_data["key"] or uuid.uuid4(),
                    recipient=found,
                    service=service,
                    by=request.user,
                    **form.terms,
                )
            except errors.KeyReused:
                form.refuse_key()
            else:
                _say_planned(request, preview)
                return redirect("booking:recipient", department.pk, found.pk)
    context = {**_context(department, found, form, preview), "has_services": services.exists()}
    return render(request, "booking/pattern_new.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@administrator
def pattern(
    request: PersonRequest, department: Department, recipient: uuid.UUID, pattern: uuid.UUID
) -> HttpResponse:
    """The pattern's coming visits, and the form that changes it from a date on."""
    found = _pattern(request, department, recipient, pattern, "booking:pattern")
    form = PatternForm(
        request.POST or None,
        department=department,
        initial=PatternForm.initial_of(found, _next_date(found)),
    )
    preview, is_stale = None, False
    if form.is_valid():
        wanted = Pattern(recipient=found.recipient, service=found.service, **form.terms)
        preview = queries.preview_of_pattern(wanted, timezone.now(), replaced=found)
        if form.cleaned_data["previewed"] == preview.digest:
            try:
                actions.change_pattern(
                    pattern=found,
                    key=form.cleaned_data["key"] or uuid.uuid4(),
                    by=request.user,
                    version=sent_version(request.POST),
                    **form.terms,
                )
            except errors.KeyReused:
                form.refuse_key()
            except Stale:
                is_stale = True
            else:
                _say_planned(request, preview)
                return redirect("booking:recipient", department.pk, found.recipient_id)
    if is_stale:
        return _stale_page(request, department, found)
    return _pattern_page(request, department, found, form, preview)


@require_http_methods(["GET", "HEAD", "POST"])
@administrator
def end_pattern(
    request: PersonRequest, department: Department, recipient: uuid.UUID, pattern: uuid.UUID
) -> HttpResponse:
    """End the pattern after a date, or let it go on. ``?last=`` proposes the date."""
    found = _pattern(request, department, recipient, pattern, "booking:end_pattern")
    today = timezone.localdate()
    initial = {"last_date": max(_date_in_url(request) or today, today - DAY)}
    form = EndPatternForm(request.POST or None, today=today, initial=initial)
    values = form.cleaned_data if form.is_valid() else initial if not form.is_bound else None
    preview = None
    if values is not None:
        wanted = copy.copy(found)
        wanted.last_date = values["last_date"]
        preview = queries.preview_of_pattern(wanted, timezone.now(), replaced=found)
        if values.get("previewed") == preview.digest:
            try:
                actions.end_pattern(
                    pattern=found,
                    last_date=values["last_date"],
                    by=request.user,
                    version=sent_version(request.POST),
                )
            except Stale:
                return _stale_page(request, department, found)
            _say_ended(request, preview)
            return redirect("booking:recipient", department.pk, found.recipient_id)
    context = {**_context(department, found.recipient, form, preview), "pattern": found}
    return render(request, "booking/pattern_end.html", context)


@require_POST
@asks(questions.leave_out)
@administrator
def leave_out(
    request: PersonRequest,
    department: Department,
    recipient: uuid.UUID,
    pattern: uuid.UUID,
    date: int,
) -> HttpResponse:
    """A date that is not planned need not take place, or is arranged in another way."""
    found = _pattern(request, department, recipient, pattern, "booking:leave_out")
    actions.leave_out(pattern_date=pattern_date_of(found, date), by=request.user)
    messages.success(request, _("It is left out."))
    return redirect("booking:pattern", department.pk, recipient, pattern)


@require_POST
@asks(questions.take_back_left_out)
@administrator
def take_back_left_out(
    request: PersonRequest,
    department: Department,
    recipient: uuid.UUID,
    pattern: uuid.UUID,
    date: int,
) -> HttpResponse:
    found = _pattern(request, department, recipient, pattern, "booking:take_back_left_out")
    actions.take_back_left_out(pattern_date=pattern_date_of(found, date), by=request.user)
    messages.success(request, _("It is no longer left out."))
    return redirect("booking:pattern", department.pk, recipient, pattern)


def _say_planned(request: PersonRequest, preview: PatternPreview) -> None:
    count = len(preview.seated) + len(preview.unseated)
    text = ngettext(
        "%(count)s visit is planned until the calendar ends, and then day by day.",
        "%(count)s visits are planned until the calendar ends, and then day by day.",
        count,
    )
    messages.success(request, text % {"count": count})


def _say_ended(request: PersonRequest, preview: PatternPreview) -> None:
    if not preview.cancelled:
        messages.success(request, _("The change is saved."))
        return
    text = ngettext(
        "The change is saved. %(count)s visit is cancelled.",
        "The change is saved. %(count)s visits are cancelled.",
        len(preview.cancelled),
    )
    messages.success(request, text % {"count": len(preview.cancelled)})


def _stale_page(request: PersonRequest, department: Department, pattern: Pattern) -> HttpResponse:
    messages.warning(request, _("The pattern was changed meanwhile. Look at it again."))
    pattern.refresh_from_db()
    initial = PatternForm.initial_of(pattern, _next_date(pattern))
    form = PatternForm(department=department, initial=initial)
    return _pattern_page(request, department, pattern, form, None, status=409)


def _pattern_page(
    request: PersonRequest,
    department: Department,
    pattern: Pattern,
    form: PatternForm,
    preview: PatternPreview | None,
    status: int = 200,
) -> HttpResponse:
    context = {
        **_context(department, pattern.recipient, form, preview),
        "pattern": pattern,
        "rows": queries.rows_ahead(pattern, timezone.now()),
    }
    return render(request, "booking/pattern.html", context, status=status)


def _context(
    department: Department,
    recipient: Recipient,
    form: PatternForm | EndPatternForm,
    preview: PatternPreview | None,
) -> dict[str, Any]:
    return {
        "department": department,
        "recipient": recipient,
        "form": form,
        "preview": preview,
        "is_new_preview": form.is_bound and not form.errors,
        "notified": notified_for_staff(recipient),
    }


def _next_date(pattern: Pattern) -> Any:
    """The first date of the pattern after today: a change that begins then keeps its weeks."""
    tomorrow = timezone.localdate() + DAY
    until = tomorrow + 60 * DAY
    return next((at.date for at in pattern.times_between(tomorrow, until)), tomorrow)


def _date_in_url(request: PersonRequest) -> Any:
    try:
        return date_of(request.GET.get("last", ""))
    except ValueError:
        return None


def _pattern(
    request: PersonRequest,
    department: Department,
    recipient_id: uuid.UUID,
    pattern_id: uuid.UUID,
    what: str,
) -> Pattern:
    recipient = recipient_of(department, recipient_id, by=request.user, what=what)
    return pattern_of(department, recipient, pattern_id)
