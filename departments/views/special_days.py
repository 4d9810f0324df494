"""Days that do not follow the ordinary week: public holidays and the department's own."""

import datetime as dt
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from django.contrib import messages
from django.forms import BaseFormSet
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access import PersonRequest
from accounts.http_methods import require_POST, require_safe
from accounts.questions import asks
from accounts.typed import fields_to_fill
from database.versions import Stale
from departments import actions, queries
from departments.access import administrator
from departments.actions import Impact
from departments.forms.special_days import (
    DayKind,
    SpecialDayForm,
    SpecialPeriodForm,
    SpecialPeriods,
    show_as_many,
    written_hours,
)
from departments.hours import Staffing
from departments.models import Department
from departments.removals import removed_special_day
from departments.views import questions
from departments.views.previews import Submission, preview_or_save, restored_input, warnings_of


@require_safe
@administrator
def special_days(request: PersonRequest, department: Department) -> HttpResponse:
    form, periods = _forms(restored_input(request), {"kind": DayKind.CLOSED})
    show_as_many(periods, fields_to_fill(request))
    return _page(request, department, form.at(department.hours_version), periods)


@require_safe
@administrator
def special_day(request: PersonRequest, department: Department, date: dt.date) -> HttpResponse:
    """The form that changes the chosen day."""
    if date < timezone.localdate():
        raise Http404
    form, periods = _forms_of(department, date, restored_input(request))
    show_as_many(periods, fields_to_fill(request))
    return _page(request, department, form.at(department.hours_version), periods, date=date)


@require_POST
@administrator
def set_special_day(request: PersonRequest, department: Department) -> HttpResponse:
    form, periods = _forms(request.POST)
    if "more" in request.POST:
        # The form works without JavaScript: the server adds an empty period.
        return _page(request, department, form, _with_one_more(request.POST))
    if not form.is_valid():
        return _page(request, department, form, periods)
    kind = form.cleaned_data["kind"]
    hours: list[Staffing] = []
    if kind == DayKind.SUNDAY:
        hours = queries.sunday_hours(department, form.dates[0])
    elif kind == DayKind.OWN:
        if periods.is_valid():
            hours = written_hours(periods)
        if not hours:
            if periods.is_valid():
                form.add_error("kind", _("Write at least one period, or choose closed."))
            return _page(request, department, form, periods)

    def action(submission: Submission) -> Impact:
        return actions.set_special_days(
            department=department,
            dates=form.dates,
            name=form.cleaned_data["name"],
            hours=hours,
            **submission.terms,
        )

    back = reverse("departments:special_days", args=[department.pk])
    warnings = warnings_of(hours, form.dates[0])
    closes = _("Close this day") if len(form.dates) == 1 else _("Close these days")
    save = closes if kind == DayKind.CLOSED else ""
    try:
        return _answer(request, department, action, back, warnings, save)
    except Stale:
        department.refresh_from_db()
        date = form.dates[0]
        fresh, _periods = _forms_of(department, date)
        by = queries.last_changed_by(department, kind="hours")
        form = form.again(fresh.at(department.hours_version), by=by)
        return _page(request, department, form, periods, date=date, status=409)


@require_POST
@asks(questions.remove_special_day)
@administrator
def remove_special_day(
    request: PersonRequest, department: Department, date: dt.date
) -> HttpResponse:
    """Make the date follow the ordinary week or the rule for public holidays again."""
    if not department.special_days.filter(date=date).exists():
        raise removed_special_day(department, date) or Http404

    def action(submission: Submission) -> Impact:
        return actions.remove_special_day(
            department=department,
            date=date,
            **submission.terms,
        )

    back = reverse("departments:special_day", args=[department.pk, date])
    try:
        return _answer(request, department, action, back)
    except Stale as error:
        messages.warning(request, str(error))
        return redirect(back)


def _forms(
    data: QueryDict | None,
    initial: dict[str, Any] | None = None,
    hours: Sequence[Staffing] = (),
) -> "tuple[SpecialDayForm, BaseFormSet[SpecialPeriodForm]]":
    rows = [
        {"opens_at": row.opens_at, "closes_at": row.closes_at, "staff": row.staff} for row in hours
    ]
    return SpecialDayForm(data, initial=initial), SpecialPeriods(data, initial=rows)


def _forms_of(
    department: Department, date: dt.date, data: QueryDict | None = None
) -> "tuple[SpecialDayForm, BaseFormSet[SpecialPeriodForm]]":
    """The forms of the date as it is now."""
    hours = queries.opening_hours_on(department, date)
    initial = {
        "date": date,
        "name": queries.special_day_name(department, date) or queries.holiday_name(date),
        "kind": DayKind.OWN if hours else DayKind.CLOSED,
    }
    return _forms(data, initial, hours)


def _with_one_more(data: QueryDict) -> "BaseFormSet[SpecialPeriodForm]":
    more = data.copy()
    more["form-TOTAL_FORMS"] = str(SpecialPeriods(data).total_form_count() + 1)
    return SpecialPeriods(more)


def _answer(
    request: PersonRequest,
    department: Department,
    action: Callable[[Submission], Impact],
    back: str,
    warnings: Sequence[str] = (),
    save: str = "",
) -> HttpResponse:
    """``save`` is the text of the button that saves, when it says more than the usual one."""
    newest = queries.newest_change_id(department)
    overview = reverse("departments:special_days", args=[department.pk])

    def context_after() -> dict[str, Any]:
        return {
            "description": queries.describe_changes_since(department, newest),
            "coming": queries.coming_special_days(department, timezone.localdate()),
            "back": back,
            "warnings": warnings,
            "save": save,
        }

    response = preview_or_save(
        request,
        department,
        action,
        template="departments/special_days_preview.html",
        context_after=context_after,
        message=_("The change is saved."),
        next_url=overview,
        refused=partial(messages.warning, request),
    )
    return response or redirect(overview)


def _page(
    request: PersonRequest,
    department: Department,
    form: SpecialDayForm,
    periods: "BaseFormSet[SpecialPeriodForm]",
    *,
    date: dt.date | None = None,
    status: int = 200,
) -> HttpResponse:
    coming = queries.coming_special_days(department, timezone.localdate())
    return render(
        request,
        "departments/special_days.html",
        {
            "department": department,
            "coming": coming,
            "form": form,
            "periods": periods,
            "chosen": next((day for day in coming.days if day.date == date), None),
            "today": timezone.localdate(),
        },
        status=status,
    )
