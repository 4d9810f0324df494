"""Opening hours: the week as a picture, and its periods."""

import datetime as dt
import uuid
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access import PersonRequest
from accounts.http_methods import require_http_methods, require_POST, require_safe
from accounts.questions import form_on
from departments import access, actions, queries
from departments.access import administrator
from departments.actions import Impact
from departments.converters import date_of
from departments.forms.hours import NewPeriodForm, PeriodForm, RemovePeriodForm, SplitPeriodForm
from departments.hours import WeeklyHours
from departments.models import Department, OpeningHours
from departments.views.previews import Submission, preview_or_save, restored_input, warnings_of
from departments.week import next_date


@require_safe
@administrator
def hours(request: PersonRequest, department: Department) -> HttpResponse:
    return _page(request, department)


@require_safe
@administrator
def period(request: PersonRequest, department: Department, row: uuid.UUID) -> HttpResponse:
    """The form that changes the chosen period."""
    chosen = access.opening_hours_of(department, row)
    form = PeriodForm(
        restored_input(request), initial=PeriodForm.initial_of(chosen, _first_date(chosen))
    )
    return _page(request, department, form=form, chosen=chosen)


@require_POST
@administrator
def change_period(request: PersonRequest, department: Department, row: uuid.UUID) -> HttpResponse:
    chosen, form = access.opening_hours_of(department, row), PeriodForm(request.POST)
    response = None
    if form.is_valid():
        changed = form.hours(chosen.weekday)

        def action(submission: Submission) -> Impact:
            return actions.change_opening_hours(
                row=chosen,
                hours=changed,
                **submission.terms,
            )

        response = _answer(
            request,
            department,
            form,
            action,
            changed.valid_from,
            back=reverse("departments:period", args=[department.pk, chosen.pk]),
            chosen=chosen,
            made=[changed],
        )
    return response or _page(request, department, form=form, chosen=chosen)


@require_safe
@administrator
def new_period(request: PersonRequest, department: Department) -> HttpResponse:
    form = NewPeriodForm(restored_input(request), initial={"valid_from": timezone.localdate()})
    return _page(request, department, form=form, doing="add")


@require_POST
@form_on("departments:new_period")
@administrator
def add_period(request: PersonRequest, department: Department) -> HttpResponse:
    form, response = NewPeriodForm(request.POST), None
    if form.is_valid():
        added = form.hours(form.cleaned_data["weekday"])

        def action(submission: Submission) -> Impact:
            return actions.add_opening_hours(
                department=department, hours=added, by=submission.by, reason=submission.reason
            )

        response = _answer(
            request,
            department,
            form,
            action,
            added.valid_from,
            back=reverse("departments:new_period", args=[department.pk]),
            made=[added],
        )
    return response or _page(request, department, form=form, doing="add")


@require_http_methods(["GET", "HEAD", "POST"])
@administrator
def split_period(request: PersonRequest, department: Department, row: uuid.UUID) -> HttpResponse:
    chosen = access.opening_hours_of(department, row)
    form = SplitPeriodForm(
        request.POST or restored_input(request),
        row=chosen,
        initial={
            "valid_from": _first_date(chosen),
            "first_staff": chosen.staff,
            "second_staff": chosen.staff,
        },
    )
    response = None
    if request.method == "POST" and form.is_valid():
        halves = form.halves()

        def action(submission: Submission) -> Impact:
            return actions.split_opening_hours(
                row=chosen,
                halves=halves,
                **submission.terms,
            )

        response = _answer(
            request,
            department,
            form,
            action,
            halves[0].valid_from,
            back=request.path,
            chosen=chosen,
            made=halves,
        )
    return response or _page(request, department, form=form, chosen=chosen, doing="split")


@require_http_methods(["GET", "HEAD", "POST"])
@administrator
def remove_period(request: PersonRequest, department: Department, row: uuid.UUID) -> HttpResponse:
    chosen = access.opening_hours_of(department, row)
    form = RemovePeriodForm(
        request.POST or restored_input(request), initial={"valid_from": _first_date(chosen)}
    )
    response = None
    if request.method == "POST" and form.is_valid():
        from_date = form.cleaned_data["valid_from"]

        def action(submission: Submission) -> Impact:
            return actions.remove_opening_hours(
                row=chosen,
                from_date=from_date,
                **submission.terms,
            )

        response = _answer(
            request, department, form, action, from_date, back=request.path, chosen=chosen
        )
    return response or _page(request, department, form=form, chosen=chosen, doing="remove")


def _answer(
    request: PersonRequest,
    department: Department,
    form: forms.Form,
    action: Callable[[Submission], Impact],
    on: dt.date,
    *,
    back: str,
    chosen: OpeningHours | None = None,
    made: Sequence[WeeklyHours] = (),
) -> HttpResponse | None:
    """``made`` are the hours that replace the chosen period from ``on``."""
    use = dict(queries.peak_use(department, timezone.localdate()))
    # A row changed in place keeps its id; a new row takes the form's idempotency key as id.
    ids = {chosen.pk} if chosen else set()
    ids |= {row.staffing.id for row in made if row.staffing.id}
    staff_before = dict.fromkeys(ids, chosen.staff if chosen else 0)
    use |= dict.fromkeys(ids, use.get(chosen.pk, 0) if chosen else 0)
    removed = [queries.weekly_hours_of(chosen)] if chosen and not made else []
    newest = queries.newest_change_id(department)

    def context_after() -> dict[str, Any]:
        return {
            "description": queries.describe_changes_since(department, newest),
            "week": queries.week_picture(
                department, on, use, staff_before=staff_before, removed=removed
            ),
            "on": on,
            "back": back,
            "warnings": warnings_of((row.staffing for row in made), on),
        }

    return preview_or_save(
        request,
        department,
        action,
        template="departments/hours_preview.html",
        context_after=context_after,
        message=_("The change is saved."),
        next_url=reverse("departments:hours", args=[department.pk]) + f"?on={on}",
        refused=partial(form.add_error, None),
    )


def _page(
    request: PersonRequest,
    department: Department,
    *,
    form: forms.Form | None = None,
    chosen: OpeningHours | None = None,
    doing: str = "change",
) -> HttpResponse:
    today = timezone.localdate()
    on = _shown_date(request, today, chosen)
    use = queries.peak_use(department, today)
    return render(
        request,
        "departments/hours.html",
        {
            "department": department,
            "changes": queries.latest_changes(department, today),
            "form": form,
            "doing": doing,
            "chosen": chosen,
            "chosen_use": use.get(chosen.pk, 0) if chosen else 0,
            "week": queries.week_picture(department, on, use),
            "on": on,
            "today": today,
            "coming": queries.coming_week_changes(department, today),
        },
    )


def _first_date(row: OpeningHours) -> dt.date:
    """The first day of the period from tomorrow: a change applies to whole days."""
    tomorrow = timezone.localdate() + dt.timedelta(days=1)
    return next_date(queries.weekly_hours_of(row), tomorrow) or tomorrow


def _shown_date(request: PersonRequest, today: dt.date, chosen: OpeningHours | None) -> dt.date:
    """The first day of the week to show, today at the earliest."""
    try:
        date = date_of(request.GET.get("on", ""))
    except ValueError:
        date = chosen.valid_from if chosen else today
    return max(date, today)
