"""The duty lead: who is, and their page on the phone."""

import datetime as dt
import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.access import PersonRequest, log_accesses
from accounts.decorators import person_required
from accounts.http_methods import require_http_methods, require_POST, require_safe
from accounts.questions import asks
from accounts.versioned_forms import seen_version
from booking import actions as booking_actions
from booking import queries as booking_queries
from booking.access.close import hide_close, refuse_close
from booking.errors import BookingError
from booking.forms.visits import KeepVisitForm
from database.transactions import Busy
from database.versions import Stale
from departments import actions as department_actions
from departments.access import administrator, administrator_or_duty_lead
from departments.errors import DepartmentsError
from departments.models import Absence, Department
from departments.queries import departments_to_mark
from workflow import access, queries
from workflow.forms import DutyForm, KeyForm
from workflow.models import NoContact
from workflow.views import questions
from workflow.views.board import back_to
from workflow.views.sickness import rest_of_day, start_of_sickness


@require_POST
@administrator
def mark_duty(
    request: PersonRequest, department: Department, date: dt.date, shift: uuid.UUID
) -> HttpResponse:
    """Choose the departments whose duty lead the shift's carer is."""
    found = access.shift_of(department, date, shift)
    form = DutyForm(request.POST, departments=departments_to_mark(request.user))
    if not form.is_valid():
        messages.error(request, _("Nothing is saved. Look at the shift once more."))
        return back_to(request, "workflow:board_shift", department, date, shift)
    try:
        department_actions.mark_duty(
            shift=found,
            department_ids=[one.pk for one in form.cleaned_data["duty_for"]],
            with_later=form.cleaned_data["with_later"],
            by=request.user,
            version=seen_version(request.POST),
        )
    except (Busy, Stale) as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The duty lead is saved."))
    return back_to(request, "workflow:board_shift", department, date, shift)


@require_safe
@person_required
def duty(request: PersonRequest) -> HttpResponse:
    """The duty lead's page on the phone: visits without contact, who is away, and the visits
    that nobody has. Administrators have it too."""
    pages: list[queries.DutyDay] = []
    no_contacts: list[NoContact] = []
    for department, date, is_lead in access.duty_places_of(request.user):
        page = queries.duty_day(department, date)
        pages.append(page)
        known = {one.pk for one in no_contacts}
        its = [one for one in queries.unclosed_no_contacts([department]) if one.pk not in known]
        no_contacts += its
        request.user.as_duty_lead = is_lead  # in the access log
        shown = [*page.recipients, *(one.visit.booking.recipient for one in its)]
        closed = hide_close(request.user, shown)
        log_accesses(
            by=request.user,
            subject_ids={one.pk for one in shown} - closed,
            what="workflow:board",
            department_id=department.pk,
        )
    context = {"days": pages, "no_contacts": no_contacts, "now": timezone.now()}
    return render(request, "workflow/duty.html", context)


@require_POST
@asks(questions.sick_today)
@administrator_or_duty_lead
def sick_today(
    request: PersonRequest, department: Department, date: dt.date, shift: uuid.UUID
) -> HttpResponse:
    """One press: the shift's carer is sick for the rest of the day. Undone by another."""
    found = access.shift_of(department, date, shift)
    form = KeyForm(request.POST)
    if found.person is None or found.ends_at <= timezone.now() or not form.is_valid():
        messages.error(request, _("Nothing is saved. Look at the shift once more."))
        return redirect("workflow:duty")
    try:
        department_actions.report_absence(
            person=found.person,
            department=department,
            kind=Absence.Kind.SICK,
            period=rest_of_day(found, start_of_sickness(found)),
            key=form.cleaned_data["key"],
            by=request.user,
        )
    except (DepartmentsError, Busy, Stale) as error:
        messages.error(request, str(error))
    else:
        text = _("%(name)s is registered as sick.") % {"name": found.person.full_name}
        messages.success(request, f"{text} {_('Nobody got a message about it.')}")
    return redirect("workflow:duty")


@require_POST
@asks(questions.undo_sick)
@administrator_or_duty_lead
def undo_sick(
    request: PersonRequest, department: Department, date: dt.date, absence: uuid.UUID
) -> HttpResponse:
    """The absence was a mistake: the carer and the visits that are still free come back."""
    found = access.absence_on(department, date, absence)
    try:
        department_actions.end_absence(
            absence=found,
            ends_at=found.starts_at,
            by=request.user,
            version=seen_version(request.POST),
        )
    except (Absence.DoesNotExist, Busy, Stale) as error:
        messages.error(request, str(error))
    else:
        name = found.person.full_name
        messages.success(request, _("%(name)s is at work again.") % {"name": name})
    return redirect("workflow:duty")


@require_http_methods(["GET", "HEAD", "POST"])
@administrator_or_duty_lead
def cover(request: PersonRequest, department: Department, date: dt.date) -> HttpResponse:
    """The suggestion for all visits that nobody has, with what it costs; POST does it."""
    day = access.day_of(department, date)
    if request.method == "POST":
        try:
            done = booking_actions.cover_day(
                day=day,
                by=request.user,
                seen=request.POST.get("seen", ""),
                reason=_("Too few at work that day"),
            )
        except (BookingError, Stale):
            messages.warning(request, _("The day has changed. Here is what can be done now."))
        except Busy as error:
            messages.error(request, str(error))
        else:
            messages.success(
                request,
                ngettext(
                    "%(count)s visit has a carer now.",
                    "%(count)s visits have a carer now.",
                    len(done.covered),
                )
                % {"count": len(done.covered)},
            )
            return redirect("workflow:duty")
    found = booking_queries.suggestion_for(day, timezone.now())
    shown = [*(one.visit for one in found.given), *found.lost, *found.left]
    closed = hide_close(request.user, (visit.booking.recipient for visit in shown))
    log_accesses(
        by=request.user,
        subject_ids={visit.booking.recipient_id for visit in shown} - closed,
        what="workflow:board",
        department_id=department.pk,
    )
    context = {
        "department": department,
        "date": date,
        "suggestion": found,
        "people": queries.people_to_call_in(department, date) if found.left else [],
    }
    return render(request, "workflow/cover.html", context)


@require_POST
@asks(questions.undo_cover)
@administrator_or_duty_lead
def undo_cover(
    request: PersonRequest, department: Department, date: dt.date, act: uuid.UUID
) -> HttpResponse:
    """Take a suggestion back that was carried out, while nobody has acted on it."""
    try:
        booking_actions.undo_cover(
            act=access.coverage_act_on(department, date, act), by=request.user
        )
    except (BookingError, Stale):
        text = _("Something has changed since, so it can't be undone. Nothing is changed now.")
        messages.error(request, text)
    except Busy as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("It is undone. Those who were told get a new message."))
    return redirect("workflow:duty")


@require_POST
@asks(questions.keep_visit)
@administrator_or_duty_lead
def keep_visit(
    request: PersonRequest, department: Department, date: dt.date, asked: uuid.UUID
) -> HttpResponse:
    """Answer what a person asks about one of the day's visits: it stands."""
    found = access.request_on(department, date, asked)
    refuse_close(request.user, found.booking.recipient_id)
    log_accesses(
        by=request.user,
        subject_ids={found.booking.recipient_id},
        what="workflow:board",
        department_id=department.pk,
    )
    form = KeepVisitForm(request.POST)
    if form.is_valid():
        booking_actions.keep_visit(
            request=found, words=form.cleaned_data["words"], by=request.user
        )
        messages.success(request, _("The visit stands."))
    else:
        messages.error(request, _("Nothing is saved: write an answer of at most 200 characters."))
    return redirect("workflow:duty")
