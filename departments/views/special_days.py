"""Days that don't follow the ordinary week: public holidays and the department's own."""

import datetime as dt
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from django.contrib import messages
from django.forms import BaseFormSet
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.http_methods import require_POST, require_safe
from departments.access import administrator
from departments.actions import hours as actions
from departments.actions.days import Impact
from departments.forms.special_days import (
    DayKind,
    SpecialDayForm,
    SpecialPeriodForm,
    SpecialPeriods,
    written_hours,
)
from departments.hours import Staffing
from departments.models import Department
from departments.queries.special_days import (
    coming_special_days,
    holiday_name,
    hours_of,
    sunday_hours_of,
)
from departments.views.previews import Asked, answer, newest_change, says_since, typed


@require_safe
@administrator
def special_days(request: HttpRequest, department: Department) -> HttpResponse:
    return _page(request, department, *_forms(typed(request)))


@require_safe
@administrator
def special_day(request: HttpRequest, department: Department, date: dt.date) -> HttpResponse:
    """A day chosen in the list, with the form that changes it."""
    if date < timezone.localdate():
        raise Http404
    own = department.special_days.filter(date=date).first()
    hours = hours_of(department, date)
    initial = {
        "date": date,
        "name": own.name if own else holiday_name(date),
        "kind": DayKind.OWN if hours else DayKind.CLOSED,
    }
    return _page(request, department, *_forms(typed(request), initial, hours), date=date)


@require_POST
@administrator
def set_special_day(request: HttpRequest, department: Department) -> HttpResponse:
    form, periods = _forms(request.POST)
    if "more" in request.POST:
        # Without JavaScript, one more period is a round trip; nothing typed is lost.
        return _page(request, department, form, _with_one_more(request.POST))
    if not form.is_valid():
        return _page(request, department, form, periods)
    kind = form.cleaned_data["kind"]
    hours: list[Staffing] = []
    if kind == DayKind.SUNDAY:
        hours = sunday_hours_of(department, form.dates[0])
    elif kind == DayKind.OWN:
        if periods.is_valid():
            hours = written_hours(periods)
        if not hours:
            if periods.is_valid():
                form.add_error("kind", _("Write at least one period, or choose closed."))
            return _page(request, department, form, periods)

    def verb(asks: Asked) -> Impact:
        return actions.set_special_days(
            department=department,
            dates=form.dates,
            name=form.cleaned_data["name"],
            hours=hours,
            by=asks.by,
            reason=asks.reason,
            drop_named=asks.drop_named,
        )

    back = reverse("departments:special_days", args=[department.pk])
    return _answer(request, department, verb, back)


@require_POST
@administrator
def remove_special_day(
    request: HttpRequest, department: Department, date: dt.date
) -> HttpResponse:
    """The date follows the ordinary week, or the rule for public holidays, again."""
    get_object_or_404(department.special_days, date=date)

    def verb(asks: Asked) -> Impact:
        return actions.remove_special_day(
            department=department,
            date=date,
            by=asks.by,
            reason=asks.reason,
            drop_named=asks.drop_named,
        )

    back = reverse("departments:special_day", args=[department.pk, date])
    return _answer(request, department, verb, back)


def _forms(
    data: QueryDict | None,
    initial: dict[str, Any] | None = None,
    hours: Sequence[Staffing] = (),
) -> "tuple[SpecialDayForm, BaseFormSet[SpecialPeriodForm]]":
    rows = [
        {"opens_at": row.opens_at, "closes_at": row.closes_at, "staff": row.staff} for row in hours
    ]
    return SpecialDayForm(data, initial=initial), SpecialPeriods(data, initial=rows)


def _with_one_more(data: QueryDict) -> "BaseFormSet[SpecialPeriodForm]":
    more = data.copy()
    more["form-TOTAL_FORMS"] = str(SpecialPeriods(data).total_form_count() + 1)
    return SpecialPeriods(more)


def _answer(
    request: HttpRequest,
    department: Department,
    verb: Callable[[Asked], Impact],
    back: str,
) -> HttpResponse:
    newest = newest_change(department)
    overview = reverse("departments:special_days", args=[department.pk])

    def around() -> dict[str, Any]:
        return {
            "says": says_since(department, newest),
            "coming": coming_special_days(department, timezone.localdate()),
            "back": back,
        }

    def done() -> HttpResponse:
        messages.success(request, _("The change is saved."))
        return redirect(overview)

    response = answer(
        request,
        department,
        verb,
        template="departments/special_days_preview.html",
        around=around,
        done=done,
        refused=partial(messages.warning, request),
    )
    return response or redirect(overview)


def _page(
    request: HttpRequest,
    department: Department,
    form: SpecialDayForm,
    periods: "BaseFormSet[SpecialPeriodForm]",
    *,
    date: dt.date | None = None,
) -> HttpResponse:
    coming = coming_special_days(department, timezone.localdate())
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
    )
