"""Opening hours: the week as a picture, and its periods."""

import datetime as dt
import uuid
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from http import HTTPStatus
from typing import Any, TypeVar

from django import forms
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access import PersonRequest
from accounts.http_methods import require_http_methods, require_POST, require_safe
from accounts.questions import form_on
from accounts.versioned_forms import VersionedForm
from database.versions import Stale
from departments import access, actions, queries
from departments.access import administrator
from departments.actions import HoursOfDay, Impact
from departments.converters import date_of
from departments.forms.hours import (
    ALL_DAYS,
    WORKDAYS,
    ChangePeriodForm,
    NewPeriodForm,
    PeriodForm,
    RemovePeriodForm,
    SplitPeriodForm,
)
from departments.hours import Staffing, WeeklyHours
from departments.models import Department, OpeningHours
from departments.views.previews import (
    Submission,
    is_counting,
    preview_or_save,
    restored_input,
    warnings_of,
)
from departments.week import next_date

Form = TypeVar("Form", bound=VersionedForm)

DAYS = "days"  # the button that chooses several weekdays
QUICK_CHOICES = {"workdays": WORKDAYS, "all": ALL_DAYS}


@require_safe
@administrator
def hours(request: PersonRequest, department: Department) -> HttpResponse:
    return _page(request, department)


@require_safe
@administrator
def period(request: PersonRequest, department: Department, row: uuid.UUID) -> HttpResponse:
    """The form that changes the chosen period."""
    chosen = access.opening_hours_of(department, row)
    form = _period_form(chosen, restored_input(request)).at(department.hours_version)
    return _page(request, department, form=form, chosen=chosen)


@require_POST
@administrator
def change_period(request: PersonRequest, department: Department, row: uuid.UUID) -> HttpResponse:
    chosen = access.opening_hours_of(department, row)
    form = ChangePeriodForm(_with_days(request, "also"), weekday=chosen.weekday)
    response = None
    if DAYS not in request.POST and form.is_valid():
        changed = form.hours(chosen.weekday)
        also = _matched(chosen, form.other_hours())

        def action(submission: Submission) -> Impact:
            return actions.change_opening_hours(
                row=chosen,
                hours=changed,
                also=also,
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
            made=[HoursOfDay(chosen, changed), *also],
            fresh=_period_form,
        )
    return response or _page(request, department, form=form, chosen=chosen)


@require_safe
@administrator
def new_period(request: PersonRequest, department: Department) -> HttpResponse:
    form = _new_period_form(department, restored_input(request)).at(department.hours_version)
    return _page(request, department, form=form, doing="add")


@require_POST
@form_on("departments:new_period")
@administrator
def add_period(request: PersonRequest, department: Department) -> HttpResponse:
    form, response = NewPeriodForm(_with_days(request, "weekday")), None
    if DAYS not in request.POST and form.is_valid():
        added, *also = form.hours_of_days()

        def action(submission: Submission) -> Impact:
            return actions.add_opening_hours(
                department=department,
                hours=added,
                also=also,
                by=submission.by,
                reason=submission.reason,
                version=submission.version,
            )

        response = _answer(
            request,
            department,
            form,
            action,
            added.valid_from,
            back=reverse("departments:new_period", args=[department.pk]),
            made=[HoursOfDay(None, hours) for hours in (added, *also)],
            fresh=lambda _row: _new_period_form(department),
            doing="add",
        )
    return response or _page(request, department, form=form, doing="add")


@require_http_methods(["GET", "HEAD", "POST"])
@administrator
def split_period(request: PersonRequest, department: Department, row: uuid.UUID) -> HttpResponse:
    chosen = access.opening_hours_of(department, row)
    form = _split_form(chosen, request.POST or restored_input(request))
    form.at(department.hours_version)
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
            made=[HoursOfDay(chosen, half) for half in halves],
            fresh=_split_form,
            doing="split",
        )
    return response or _page(request, department, form=form, chosen=chosen, doing="split")


@require_http_methods(["GET", "HEAD", "POST"])
@administrator
def remove_period(request: PersonRequest, department: Department, row: uuid.UUID) -> HttpResponse:
    chosen = access.opening_hours_of(department, row)
    form = _remove_form(chosen, request.POST or restored_input(request))
    form.at(department.hours_version)
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
            request,
            department,
            form,
            action,
            from_date,
            back=request.path,
            chosen=chosen,
            fresh=_remove_form,
            doing="remove",
        )
    return response or _page(request, department, form=form, chosen=chosen, doing="remove")


def _answer(
    request: PersonRequest,
    department: Department,
    form: Form,
    action: Callable[[Submission], Impact],
    on: dt.date,
    *,
    back: str,
    chosen: OpeningHours | None = None,
    made: Sequence[HoursOfDay] = (),
    fresh: Callable[[Any], Form],
    doing: str = "change",
) -> HttpResponse | None:
    """``made`` are the hours that replace the chosen period from ``on``; ``fresh`` makes the
    form of a period, for when somebody else has changed the hours."""
    use = dict(queries.peak_use(department, timezone.localdate()))
    staff_before = _staff_before(chosen, made, use)
    removed = [queries.weekly_hours_of(chosen)] if chosen and not made else []
    newest = queries.newest_change_id(department)

    def context_after() -> dict[str, Any]:
        return {
            "description": queries.describe_changes_since(department, newest),
            "week": queries.week_picture(
                department,
                on,
                use,
                staff_before=staff_before,
                removed=removed,
                before=_staffing_before([chosen, *(row for row, _hours in made)]),
            ),
            "on": on,
            "back": back,
            "warnings": warnings_of((hours.staffing for _row, hours in made), on),
        }

    try:
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
    except Stale:
        department.refresh_from_db()
        if chosen is not None:
            chosen = access.opening_hours_of(department, chosen.pk)
            chosen = queries.continuation_of(chosen, on)
        by = queries.last_changed_by(department, kind="hours")
        form = form.again(fresh(chosen).at(department.hours_version), by=by)
        return _page(request, department, form=form, chosen=chosen, doing=doing, status=409)


def _staff_before(
    chosen: OpeningHours | None, made: Sequence[HoursOfDay], use: dict[uuid.UUID, int]
) -> dict[uuid.UUID, int]:
    """By the ids of the rows. A row changed in place keeps its id; a new row takes an id made
    from the form's key, and is added to ``use``."""
    staff_before = {chosen.pk: chosen.staff} if chosen else {}
    for row, hours in made:
        for key in (row.pk if row else None, hours.staffing.id):
            if key is not None:
                staff_before[key] = row.staff if row else 0
                use.setdefault(key, use.get(row.pk, 0) if row else 0)
    return staff_before


def _staffing_before(rows: Iterable[OpeningHours | None]) -> list[Staffing]:
    return [queries.staffing_of(row) for row in rows if row]


def _page(
    request: PersonRequest,
    department: Department,
    *,
    form: forms.BaseForm | None = None,
    chosen: OpeningHours | None = None,
    doing: str = "change",
    status: int = 200,
) -> HttpResponse:
    if is_counting(request):
        return HttpResponse(status=HTTPStatus.NO_CONTENT)
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
        status=status,
    )


def _period_form(row: OpeningHours, data: QueryDict | None = None) -> ChangePeriodForm:
    initial = PeriodForm.initial_of(row, _first_date(row))
    return ChangePeriodForm(data, initial=initial, weekday=row.weekday)


def _new_period_form(department: Department, data: QueryDict | None = None) -> NewPeriodForm:
    usual = queries.usual_hours(department, timezone.localdate())
    return NewPeriodForm(data, initial=NewPeriodForm.initial_for(usual))


def _with_days(request: HttpRequest, field: str) -> QueryDict:
    """What was posted; a button ``DAYS`` has chosen the weekdays, for browsers without scripts."""
    if DAYS not in request.POST:
        return request.POST
    data = request.POST.copy()
    data.setlist(field, [str(day) for day in QUICK_CHOICES.get(request.POST[DAYS], ALL_DAYS)])
    return data


def _matched(row: OpeningHours, others: Sequence[WeeklyHours]) -> list[HoursOfDay]:
    """The other hours, each with the row of its weekday that has the times of ``row``."""
    weekdays = [hours.weekday for hours in others]
    found = queries.rows_like(row, weekdays, others[0].valid_from) if others else []
    rows = {each.weekday: each for each in found}
    return [HoursOfDay(rows.get(hours.weekday), hours) for hours in others]


def _split_form(row: OpeningHours, data: QueryDict | None = None) -> SplitPeriodForm:
    initial = {
        "valid_from": _first_date(row),
        "first_staff": row.staff,
        "second_staff": row.staff,
    }
    return SplitPeriodForm(data, row=row, initial=initial)


def _remove_form(row: OpeningHours, data: QueryDict | None = None) -> RemovePeriodForm:
    return RemovePeriodForm(data, initial={"valid_from": _first_date(row)})


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
