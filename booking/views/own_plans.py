"""A recipient's own plans: written here, or read from a calendar file."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.access import PersonRequest
from accounts.decorators import person_required
from accounts.http_methods import require_http_methods, require_POST
from accounts.questions import asks, form_on
from accounts.templatetags.dates import at_clock, day
from accounts.text import clean_text
from booking import actions, errors, queries
from booking.access.pages import own_recipient, plan_for, recipient_of_plans, whose_pages
from booking.actions.own_plans import AT_ONCE
from booking.calendar.plans import PlanTime
from booking.calendar.read_ics import DAYS, MOST_EVENTS, Fault, UnreadableCalendar, busy_times
from booking.forms.own_plans import CalendarFileForm, OwnPlanForm
from booking.models import Booking, Mandate, Recipient
from booking.views import questions, simple
from departments.hours import DAY

FAULTS = {
    Fault.TOO_LARGE: gettext_lazy("The file is too large. It can be at most 1 MB."),
    Fault.NO_CALENDAR: gettext_lazy("We can't read this file. Choose a calendar file (.ics)."),
    Fault.TOO_MANY: gettext_lazy(
        "There is too much in the file. It can have at most {count} events."
    ),
    Fault.UNKNOWN_ZONE: gettext_lazy(
        "The file has times in a time zone that we don't know. Nothing was read."
    ),
    Fault.UNKNOWN_RULE: gettext_lazy(
        "The file has an event that repeats in a way we can't read. Nothing was read."
    ),
}


@require_http_methods(["GET", "HEAD", "POST"])
@person_required
def plans(request: PersonRequest) -> HttpResponse:
    if request.method != "POST":
        return _page(request, recipient_of_plans(request))
    recipient = recipient_of_plans(request, may=Mandate.May.BOOK)
    form = OwnPlanForm(request.POST)
    if form.is_valid():
        values = form.cleaned_data
        key = values.pop("key") or uuid.uuid4()
        try:
            plan = actions.add_plan(key=key, recipient=recipient, **values)
        except errors.KeyReused:
            form.refuse_key()
        except errors.TooManyPlans:
            text = _("You have {count} plans already. Remove one first.")
            form.add_error(None, text.format(count=AT_ONCE))
        else:
            messages.success(request, _("The plan is saved."))
            today = timezone.localdate()
            _say_meeting(request, recipient, queries.times_of(plan, today - DAY, today + 60 * DAY))
            return redirect("booking:plans")
    return _page(request, recipient, form=form)


@require_POST
@asks(questions.remove_plan)
@person_required
def remove_plan(request: PersonRequest, plan: uuid.UUID) -> HttpResponse:
    actions.remove_plan(plan=plan_for(request, plan, may=Mandate.May.BOOK))
    messages.success(request, _("The plan is removed."))
    return redirect("booking:plans")


@require_POST
@form_on("booking:plans")
@person_required
def read_plan_file(request: PersonRequest) -> HttpResponse:
    """The only URL that takes a file, which is read at once and not kept."""
    recipient = recipient_of_plans(request, may=Mandate.May.BOOK)
    form = CalendarFileForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            found = busy_times(
                form.cleaned_data["file"].read(),
                today=timezone.localdate(),
                timezone=timezone.get_default_timezone(),
            )
        except UnreadableCalendar as error:
            form.add_error("file", str(FAULTS[error.fault]).format(count=MOST_EVENTS))
        else:
            times = [
                PlanTime(one.starts_at, one.ends_at, clean_text(one.title, multiline=False))
                for one in found
            ]
            actions.replace_busy_times(
                recipient=recipient, times=times, keep_titles=form.cleaned_data["titles"]
            )
            _say_read(request, len(times))
            _say_meeting(request, recipient, times)
            return redirect("booking:plans")
    return _page(request, recipient, file_form=form)


@require_POST
@asks(questions.forget_plan_file)
@person_required
def forget_plan_file(request: PersonRequest) -> HttpResponse:
    recipient = recipient_of_plans(request, may=Mandate.May.BOOK)
    actions.replace_busy_times(recipient=recipient, times=[])
    messages.success(request, _("The times from the calendar file are removed."))
    return redirect("booking:plans")


@require_POST
@form_on("booking:plans")
@person_required
def show_plans(request: PersonRequest) -> HttpResponse:
    """The recipient alone chooses who else sees the plans."""
    recipient = own_recipient(request)
    chosen = set(request.POST.getlist("mandate"))
    helpers = queries.open_mandates(recipient, timezone.localdate())
    actions.show_plans_to(
        recipient=recipient,
        mandates={one.pk for one in helpers if str(one.pk) in chosen},
        by=request.user,
    )
    messages.success(request, _("Your choice is saved."))
    return redirect("booking:plans")


def _page(
    request: PersonRequest,
    recipient: Recipient,
    *,
    form: OwnPlanForm | None = None,
    file_form: CalendarFileForm | None = None,
) -> HttpResponse:
    is_own = whose_pages(request).is_own
    context: dict[str, Any] = {
        "plans": queries.plans_of(recipient),
        "busy_times": queries.busy_times_of(recipient),
        "form": form or OwnPlanForm(),
        "file_form": file_form or CalendarFileForm(),
        "helpers": queries.open_mandates(recipient, timezone.localdate()) if is_own else [],
        "days": DAYS,
    }
    return simple.show(request, "plans", context)


def _say_read(request: PersonRequest, count: int) -> None:
    if not count:
        messages.info(
            request, _("You are not busy in this calendar the next {days} days.").format(days=DAYS)
        )
        return
    text = ngettext(
        "%(count)s time is read from the calendar file.",
        "%(count)s times are read from the calendar file.",
        count,
    )
    messages.success(request, text % {"count": count})


def _say_meeting(request: PersonRequest, recipient: Recipient, times: list[PlanTime]) -> None:
    """Once, right after a plan was saved: which visits are at its times."""
    if visits := queries.visits_meeting(recipient, times):
        text = _("You have visits at that time: {visits}. You can move them on “My visits”.")
        messages.warning(request, text.format(visits="; ".join(map(_in_words, visits))))


def _in_words(visit: Booking) -> str:
    return f"{visit.service.name} {day(visit.starts_at)} {at_clock(visit.starts_at)}"
