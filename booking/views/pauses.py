"""Pause one's help while one is away, and take it up again."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.access import PersonRequest
from accounts.decorators import person_required
from accounts.http_methods import require_http_methods, require_POST
from accounts.questions import asks
from accounts.templatetags.dates import at_clock, day
from booking import actions, errors, queries
from booking.access.pages import pause_for, recipient_for, whose_pages
from booking.actions import Resumed
from booking.forms.pauses import PauseForm
from booking.models import Mandate, Recipient
from booking.views import questions, simple
from booking.views.steps import notified_by_helper
from departments.hours import DAY

OVERLAPS = gettext_lazy("There is a pause on these days already.")


@require_http_methods(["GET", "HEAD", "POST"])
@person_required
def pause(request: PersonRequest) -> HttpResponse:
    """The pauses that stand, and the form for a new one with what it would cancel.

    The button saves what the page has shown. When that is something else by now, or for other
    days, the page shows it first.
    """
    recipient = recipient_for(request, may=Mandate.May.BOOK)
    if request.method != "POST":
        return _page(request, recipient, PauseForm(initial=first_days(request)))
    form = PauseForm(request.POST)
    if form.is_valid():
        try:
            if is_as_previewed(form, recipient):
                made = actions.pause(
                    key=form.cleaned_data["key"] or uuid.uuid4(),
                    recipient=recipient,
                    first_day=form.cleaned_data["first_day"],
                    last_day=form.cleaned_data["last_day"],
                    by=request.user,
                    mandate=whose_pages(request).mandate,
                )
                say_cancelled(request, len(made.cancelled))
                return redirect("booking:pause")
        except errors.PauseOverlaps:
            form.add_error("first_day", str(OVERLAPS))
        except errors.KeyReused:
            form.refuse_key()
    return _page(request, recipient, form)


@require_POST
@asks(questions.end_pause)
@person_required
def end_pause(request: PersonRequest, pause: uuid.UUID) -> HttpResponse:
    found = pause_for(request, pause, may=Mandate.May.BOOK)
    resumed = actions.end_pause(pause=found, by=request.user)
    say_resumed(request, resumed)
    return redirect("booking:visits")


def _page(request: PersonRequest, recipient: Recipient, form: PauseForm) -> HttpResponse:
    pauses = queries.pauses_of(recipient, timezone.localdate())
    return simple.show(
        request,
        "pause",
        {
            **pause_context(form, recipient),
            "pauses": pauses,
            "can_pause": not any(one.is_open for one in pauses),
            "notified": notified_by_helper(request, recipient),
        },
    )


def first_days(request: HttpRequest) -> dict[str, Any]:
    """From today, or from tomorrow when the URL says so, until further notice."""
    is_tomorrow = request.GET.get("from") == "tomorrow"
    return {"first_day": timezone.localdate() + DAY * is_tomorrow}


def is_as_previewed(form: PauseForm, recipient: Recipient) -> bool:
    """Whether the page showed the visits that the pause hits now."""
    data = form.cleaned_data
    visits = queries.paused_visits(recipient, data["first_day"], data["last_day"], timezone.now())
    return bool(data["previewed"] == visits.digest)


def pause_context(form: PauseForm, recipient: Recipient) -> dict[str, Any]:
    """The form, and what a pause of its days hits; nothing for days that are not valid."""
    data = form.cleaned_data if form.is_bound else form.initial
    first_day, last_day = data.get("first_day"), data.get("last_day")
    visits = None
    if first_day and not form.errors:
        visits = queries.paused_visits(recipient, first_day, last_day, timezone.now())
    return {
        "recipient": recipient,
        "form": form,
        "visits": visits,
        "first_day": first_day,
        "last_day": last_day,
        "is_new_preview": form.is_bound and not form.errors,
    }


def say_cancelled(request: HttpRequest, count: int) -> None:
    text = ngettext(
        "The help is paused. %(count)s visit is cancelled.",
        "The help is paused. %(count)s visits are cancelled.",
        count,
    )
    messages.success(request, text % {"count": count} if count else _("The help is paused."))


def say_resumed(request: HttpRequest, resumed: Resumed) -> None:
    texts = [_("The pause is ended.")]
    if resumed.back:
        text = ngettext(
            "%(count)s visit is booked again.",
            "%(count)s visits are booked again.",
            len(resumed.back),
        )
        texts.append(text % {"count": len(resumed.back)})
    messages.success(request, " ".join(texts))
    if resumed.rest:
        times = [
            f"{visit.service.name} {day(visit.starts_at)} {at_clock(visit.starts_at)}"
            for visit in resumed.rest
        ]
        text = _("These have not come back: {visits}. Book them again, or call us.")
        messages.warning(request, text.format(visits="; ".join(times)))
