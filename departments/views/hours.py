"""Opening hours: the week as a picture, and the periods it is made of."""

import datetime as dt
import uuid
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.http_methods import require_http_methods, require_POST, require_safe
from departments.access import administrator
from departments.actions import hours as actions
from departments.actions.days import Impact
from departments.forms.hours import NewPeriodForm, PeriodForm, RemovePeriodForm, SplitPeriodForm
from departments.hours import WeeklyHours
from departments.models import Department, OpeningHours
from departments.queries.changes import latest_changes
from departments.queries.hours import coming_changes, peak_use, week_picture, weekly_hours
from departments.views.previews import Asked, answer, newest_change, says_since, typed
from departments.week import next_date


@require_safe
@administrator
def hours(request: HttpRequest, department: Department) -> HttpResponse:
    return _page(request, department)


@require_safe
@administrator
def period(request: HttpRequest, department: Department, row: uuid.UUID) -> HttpResponse:
    """A period chosen in the picture, with the form that changes it."""
    chosen = _period_of(department, row)
    form = PeriodForm(typed(request), initial=PeriodForm.initial_of(chosen, _first_date(chosen)))
    return _page(request, department, form=form, chosen=chosen)


@require_POST
@administrator
def change_period(request: HttpRequest, department: Department, row: uuid.UUID) -> HttpResponse:
    chosen, form = _period_of(department, row), PeriodForm(request.POST)
    response = None
    if form.is_valid():
        changed = form.hours(chosen.weekday)

        def verb(asks: Asked) -> Impact:
            return actions.change_opening_hours(
                row=chosen,
                hours=changed,
                by=asks.by,
                reason=asks.reason,
                drop_named=asks.drop_named,
            )

        response = _answer(
            request,
            department,
            form,
            verb,
            changed.valid_from,
            back=reverse("departments:period", args=[department.pk, chosen.pk]),
            chosen=chosen,
            made=[changed],
        )
    return response or _page(request, department, form=form, chosen=chosen)


@require_safe
@administrator
def new_period(request: HttpRequest, department: Department) -> HttpResponse:
    form = NewPeriodForm(typed(request), initial={"valid_from": timezone.localdate()})
    return _page(request, department, form=form, doing="add")


@require_POST
@administrator
def add_period(request: HttpRequest, department: Department) -> HttpResponse:
    form, response = NewPeriodForm(request.POST), None
    if form.is_valid():
        added = form.hours(form.cleaned_data["weekday"])

        def verb(asks: Asked) -> Impact:
            return actions.add_opening_hours(
                department=department, hours=added, by=asks.by, reason=asks.reason
            )

        response = _answer(
            request,
            department,
            form,
            verb,
            added.valid_from,
            back=reverse("departments:new_period", args=[department.pk]),
            made=[added],
        )
    return response or _page(request, department, form=form, doing="add")


@require_http_methods(["GET", "HEAD", "POST"])
@administrator
def split_period(request: HttpRequest, department: Department, row: uuid.UUID) -> HttpResponse:
    chosen = _period_of(department, row)
    form = SplitPeriodForm(
        request.POST or typed(request),
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

        def verb(asks: Asked) -> Impact:
            return actions.split_opening_hours(
                row=chosen,
                halves=halves,
                by=asks.by,
                reason=asks.reason,
                drop_named=asks.drop_named,
            )

        response = _answer(
            request,
            department,
            form,
            verb,
            halves[0].valid_from,
            back=request.path,
            chosen=chosen,
            made=halves,
        )
    return response or _page(request, department, form=form, chosen=chosen, doing="split")


@require_http_methods(["GET", "HEAD", "POST"])
@administrator
def remove_period(request: HttpRequest, department: Department, row: uuid.UUID) -> HttpResponse:
    chosen = _period_of(department, row)
    form = RemovePeriodForm(
        request.POST or typed(request), initial={"valid_from": _first_date(chosen)}
    )
    response = None
    if request.method == "POST" and form.is_valid():
        from_date = form.cleaned_data["valid_from"]

        def verb(asks: Asked) -> Impact:
            return actions.remove_opening_hours(
                row=chosen,
                from_date=from_date,
                by=asks.by,
                reason=asks.reason,
                drop_named=asks.drop_named,
            )

        response = _answer(
            request, department, form, verb, from_date, back=request.path, chosen=chosen
        )
    return response or _page(request, department, form=form, chosen=chosen, doing="remove")


def _answer(
    request: HttpRequest,
    department: Department,
    form: forms.Form,
    verb: Callable[[Asked], Impact],
    on: dt.date,
    *,
    back: str,
    chosen: OpeningHours | None = None,
    made: Sequence[WeeklyHours] = (),
) -> HttpResponse | None:
    """``made`` are the hours that stand instead of the chosen period from ``on``."""
    use = dict(peak_use(department, timezone.localdate()))
    # A row that is changed in place keeps its id; otherwise the form's key is the new one.
    ids = {chosen.pk} if chosen else set()
    ids |= {row.staffing.id for row in made if row.staffing.id}
    staff_before = dict.fromkeys(ids, chosen.staff if chosen else 0)
    use |= dict.fromkeys(ids, use.get(chosen.pk, 0) if chosen else 0)
    removed = [weekly_hours(chosen)] if chosen and not made else []
    newest = newest_change(department)

    def around() -> dict[str, Any]:
        return {
            "says": says_since(department, newest),
            "week": week_picture(department, on, use, staff_before=staff_before, removed=removed),
            "on": on,
            "back": back,
        }

    def done() -> HttpResponse:
        messages.success(request, _("The change is saved."))
        return redirect(reverse("departments:hours", args=[department.pk]) + f"?on={on}")

    return answer(
        request,
        department,
        verb,
        template="departments/hours_preview.html",
        around=around,
        done=done,
        refused=partial(form.add_error, None),
    )


def _page(
    request: HttpRequest,
    department: Department,
    *,
    form: forms.Form | None = None,
    chosen: OpeningHours | None = None,
    doing: str = "change",
) -> HttpResponse:
    today = timezone.localdate()
    on = _shown_date(request, today, chosen)
    use = peak_use(department, today)
    return render(
        request,
        "departments/hours.html",
        {
            "department": department,
            "changes": latest_changes(department, today),
            "form": form,
            "doing": doing,
            "chosen": chosen,
            "chosen_use": use.get(chosen.pk, 0) if chosen else 0,
            "week": week_picture(department, on, use),
            "on": on,
            "today": today,
            "coming": coming_changes(department, today),
        },
    )


def _period_of(department: Department, row: uuid.UUID) -> OpeningHours:
    rows = department.opening_hours.prefetch_related("qualifications")
    return get_object_or_404(rows, pk=row)


def _first_date(row: OpeningHours) -> dt.date:
    """The first whole day that a change can apply to: today has begun already."""
    tomorrow = timezone.localdate() + dt.timedelta(days=1)
    return next_date(weekly_hours(row), tomorrow) or tomorrow


def _shown_date(request: HttpRequest, today: dt.date, chosen: OpeningHours | None) -> dt.date:
    """The day from which the picture shows the week; never one that has been."""
    try:
        asked_for = dt.date.fromisoformat(request.GET.get("on", ""))
    except ValueError:
        asked_for = chosen.valid_from if chosen else today
    return max(asked_for, today)
