"""Report, correct and end absences."""

import datetime as dt
import uuid
from collections.abc import Callable, Collection, Iterable
from functools import partial
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access import PersonRequest
from accounts.http_methods import require_POST, require_safe
from accounts.questions import asks, form_on
from database.versions import Stale
from departments import access, actions, queries
from departments.access import administrator
from departments.forms.staff import AbsenceForm, AbsenceTimesForm, BackForm
from departments.models import Absence, Department, TimeAway
from departments.seats import Reseated
from departments.views import questions
from departments.views.previews import Submission, preview_or_save, restored_input


@require_safe
@administrator
def absences(request: PersonRequest, department: Department) -> HttpResponse:
    now = timezone.now()
    context = {
        "department": department,
        "absences": queries.coming_absences(department, now),
        "recent": queries.recent_absences(department, now),
    }
    return render(request, "departments/absences.html", context)


@require_safe
@administrator
def new_absence(request: PersonRequest, department: Department) -> HttpResponse:
    """Start with "sick from now"; ``?employee=`` selects the employee."""
    now = timezone.localtime()
    initial = {
        "employee": request.GET.get("employee"),
        "first_date": now.date(),
        "first_time": now.replace(minute=now.minute // 5 * 5).time(),
        "last_date": now.date(),
    }
    restored = restored_input(request) if "key" in request.GET else None
    return _new_page(
        request, department, AbsenceForm(restored, department=department, initial=initial)
    )


@require_POST
@form_on("departments:new_absence")
@administrator
def report_absence(request: PersonRequest, department: Department) -> HttpResponse:
    form = AbsenceForm(request.POST, department=department)
    response = None
    if form.is_valid():
        data, period = form.cleaned_data, form.period
        person = data["employee"].person

        def action(submission: Submission) -> Reseated:
            _absence, reseated = actions.report_absence(
                person=person,
                department=department,
                kind=data["kind"],
                period=period,
                key=data["key"],
                by=submission.by,
            )
            return reseated

        def context_after() -> dict[str, Any]:
            return {
                "description": _("%(name)s is away.") % {"name": person.full_name},
                "kind": Absence.Kind(data["kind"]).label,
                "starts_at": period.start,
                "ends_at": period.end,
                "shifts": _unfilled(queries.times_away(data["key"], department)),
                "person": person,
                "elsewhere": queries.shifts_elsewhere(
                    department, person, period.start, period.end
                ),
                "back": reverse("departments:new_absence", args=[department.pk]),
            }

        response = preview_or_save(
            request,
            department,
            action,
            template="departments/absence_preview.html",
            context_after=context_after,
            message=_("The absence is saved."),
            next_url=reverse("departments:absences", args=[department.pk]),
            refused=partial(form.add_error, None),
        )
    return response or _new_page(request, department, form)


@require_safe
@administrator
def absence(request: PersonRequest, department: Department, absence: uuid.UUID) -> HttpResponse:
    found = access.absence_of(department, absence)
    restored = restored_input(request)
    is_correction = restored is not None and "first_date" in restored
    return _page(
        request,
        department,
        found,
        back=_back_form(found, None if is_correction else restored),
        times=_times_form(found, restored if is_correction else None),
    )


@require_POST
@asks(questions.end_absence)
@administrator
def end_absence(
    request: PersonRequest, department: Department, absence: uuid.UUID
) -> HttpResponse:
    """End an absence early; ``never`` deletes it."""
    found = access.absence_of(department, absence)
    is_mistake = "never" in request.POST
    form = BackForm(request.POST)
    response = None
    if is_mistake or form.is_valid():
        ends_at: dt.datetime = found.starts_at if is_mistake else form.instant

        def action(submission: Submission) -> Reseated:
            return actions.end_absence(
                absence=found, ends_at=ends_at, by=submission.by, version=submission.version
            )

        try:
            response = _preview_or_save(
                request,
                department,
                found,
                action,
                form,
                description=_("%(name)s is at work again.") % {"name": found.person.full_name},
                starts_at=ends_at,
            )
        except Stale as error:
            found = access.absence_of(department, absence)
            if is_mistake:  # a button: nothing was written
                messages.warning(request, str(error))
                form = _back_form(found)
            else:
                form = form.again(_back_form(found), by=_changed_by(department, found))
            times = _times_form(found)
            return _page(request, department, found, back=form, times=times, status=409)
    return response or _page(request, department, found, back=form, times=_times_form(found))


@require_POST
@administrator
def correct_absence(
    request: PersonRequest, department: Department, absence: uuid.UUID
) -> HttpResponse:
    """Change the times of an absence, also of one that is over."""
    found = access.absence_of(department, absence)
    form = AbsenceTimesForm(request.POST)
    response = None
    if form.is_valid():
        period = form.period

        def action(submission: Submission) -> Reseated:
            return actions.correct_absence(
                absence=found, period=period, by=submission.by, version=submission.version
            )

        try:
            response = _preview_or_save(
                request,
                department,
                found,
                action,
                form,
                description=_("%(name)s is away.") % {"name": found.person.full_name},
                starts_at=period.start,
                ends_at=period.end,
            )
        except Stale:
            found = access.absence_of(department, absence)
            form = form.again(_times_form(found), by=_changed_by(department, found))
            back = _back_form(found)
            return _page(request, department, found, back=back, times=form, status=409)
    return response or _page(request, department, found, back=_back_form(found), times=form)


def _preview_or_save(
    request: PersonRequest,
    department: Department,
    absence: Absence,
    action: Callable[[Submission], Reseated],
    form: forms.Form,
    **shown: Any,
) -> HttpResponse | None:
    """Preview or save a change of an absence: the times that are away then, and that come back."""
    absence_id = absence.pk
    before = list(queries.times_away(absence_id, department))

    def context_after() -> dict[str, Any]:
        left = list(queries.times_away(absence_id, department))
        return {
            **shown,
            "kind": absence.get_kind_display(),
            "shifts": _unfilled(left),
            "returned": [away for away in before if _comes_back(away, left)],
            "person": absence.person,
            "elsewhere": _shifts_elsewhere(department, absence),
            "back": reverse("departments:absence", args=[department.pk, absence_id]),
        }

    return preview_or_save(
        request,
        department,
        action,
        template="departments/absence_preview.html",
        context_after=context_after,
        message=_("The absence is changed."),
        next_url=reverse("departments:absences", args=[department.pk]),
        refused=partial(form.add_error, None),
    )


def _shifts_elsewhere(department: Department, absence: Absence) -> int:
    """None of an absence from before departments reported their own: it reaches everywhere."""
    if absence.department_id is None:
        return 0
    return queries.shifts_elsewhere(department, absence.person, absence.starts_at, absence.ends_at)


def _unfilled(times: Iterable[TimeAway]) -> list[TimeAway]:
    return [away for away in times if away.replacement_id is None]


def _comes_back(away: TimeAway, left: Collection[TimeAway]) -> bool:
    """Whether minutes of this time away are not among those ``left``."""
    return not any(
        one.shift_id == away.shift_id and one.period.contains(away.period) for one in left
    )


def _changed_by(department: Department, absence: Absence) -> str:
    return queries.last_changed_by(department, object_id=absence.pk)


def _back_form(absence: Absence, restored: Any = None) -> BackForm:
    return BackForm(restored, initial={"back_date": timezone.localdate()}).at(absence.version)


def _times_form(absence: Absence, restored: Any = None) -> AbsenceTimesForm:
    initial = AbsenceTimesForm.initial_of(absence)
    return AbsenceTimesForm(restored, initial=initial).at(absence.version)


def _new_page(request: PersonRequest, department: Department, form: AbsenceForm) -> HttpResponse:
    context = {"department": department, "form": form}
    return render(request, "departments/absence_new.html", context)


def _page(
    request: PersonRequest,
    department: Department,
    absence: Absence,
    *,
    back: BackForm,
    times: AbsenceTimesForm,
    status: int = 200,
) -> HttpResponse:
    context = {
        "department": department,
        "absence": absence,
        "is_over": absence.ends_at <= timezone.now(),
        "shifts": _unfilled(queries.times_away(absence.pk, department)),
        "person": absence.person,
        "elsewhere": _shifts_elsewhere(department, absence),
        "form": back,
        "times": times,
    }
    return render(request, "departments/absence.html", context, status=status)
