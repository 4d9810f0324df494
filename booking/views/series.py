"""Visits that repeat every week: making a series from a visit, its dates, and ending it."""

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from accounts import dates
from accounts.access import PersonRequest
from accounts.decorators import person_required
from accounts.http_methods import require_http_methods, require_POST, require_safe
from accounts.questions import asks
from booking import actions, errors, queries
from booking.access.pages import booking_for, recipient_for, series_for, whose_pages
from booking.actions.series import WHY
from booking.choosing import Alternative, Choosing, alternatives
from booking.forms.series import DateForm, KeyForm
from booking.models import Booking, BookingSeries, Mandate, SeriesDate
from booking.queries import own_choice
from booking.queries.series import DateOfSeries
from booking.templatetags.whose import text_for, why_missed_for
from booking.views import questions, simple
from booking.views.steps import notified_by_helper
from departments.hours import WEEK, a_week_later


@dataclass(frozen=True)
class DateRow:
    """A date of the series; for a date that could not be booked, the nearest free times."""

    of: DateOfSeries
    alternatives: list[Alternative]


@require_safe
@person_required
def all_series(request: PersonRequest) -> HttpResponse:
    today = timezone.localdate()
    recipient = recipient_for(request)
    context = {
        "all_series": [(one, one.waits(today)) for one in queries.running_series(recipient)],
        "patterns": queries.patterns_of(recipient, today),
    }
    return simple.show(request, "all_series", context)


@require_safe
@person_required
def series(request: PersonRequest, series: uuid.UUID) -> HttpResponse:
    """The series' dates from today. In the simple view ``?date=`` is one date on its own page."""
    found = series_for(request, series)
    now = timezone.now()
    choosing = Choosing(found.recipient, found.service, now)
    rows = [
        DateRow(one, alternatives(choosing.offer, one.starts_at) if one.is_missed else [])
        for one in queries.dates_to_come(found, now)
    ]
    context: dict[str, Any] = {
        "series": found,
        "choosing": choosing,
        "rows": rows,
        "waits": found.ended_at is None and found.waits(timezone.localdate(now)),
    }
    if simple.is_chosen(request) and whose_pages(request).may_book:
        chosen = [row for row in rows if row.of.date.isoformat() == request.GET.get("date")]
        if chosen and _can_be_changed(found, chosen[0].of):
            context["row"] = chosen[0]
            return render(request, "booking/simple/series_date.html", context)
    return simple.show(request, "series", context)


def _can_be_changed(series: BookingSeries, date: DateOfSeries) -> bool:
    """Not a date that is booked: it is changed on the visit's page."""
    return date.is_missed or (not series.ended_at and (date.is_skipped or date.is_to_come))


@require_http_methods(["GET", "HEAD", "POST"])
@person_required
def repeat(request: PersonRequest, booking: uuid.UUID) -> HttpResponse:
    """Explains what repeating means, then starts the series."""
    visit = booking_for(request, booking, may=Mandate.May.BOOK)
    now = timezone.now()
    if visit.status != Booking.Status.BOOKED or visit.ends_at <= now:
        return redirect("booking:visit", booking)
    if own_choice.refusal_of_booking(visit):
        return redirect("booking:visit", booking)  # which says so
    first_date = timezone.localdate(visit.starts_at) + WEEK
    form = KeyForm(request.POST or None, initial={"key": uuid.uuid4()})
    if request.method == "POST":
        if not form.is_valid():
            raise Http404
        try:
            made = actions.repeat(
                key=form.cleaned_data["key"],
                like=visit,
                by=request.user,
                mandate=whose_pages(request).mandate,
            )
        except errors.KeyReused:
            raise Http404 from None
        except (errors.TimesAreSet, errors.NotYoursYet):
            return redirect("booking:visit", booking)  # which says so
        _say_how_it_begins(request, made, first_date)
        return redirect("booking:series", made.pk)
    why_not = "" if form.is_bound else _why_not_first(visit, now)
    context = {"visit": visit, "form": form, "first_date": first_date, "why_not": why_not}
    return simple.show(request, "repeat", context)


def _say_how_it_begins(request: PersonRequest, series: BookingSeries, first: dt.date) -> None:
    """Whether the first date is booked; it was tried at once when the horizon has reached it."""
    is_own = whose_pages(request).mandate is None
    decided = series.dates.filter(date=first).first()
    series.refresh_from_db(fields=["ended_at"])
    if series.ended_at:
        messages.warning(request, text_for("grant_covers_no_date", is_own=is_own))
    elif decided and decided.state == SeriesDate.State.MISSED:
        text = _("{day} could not be booked. {why} We go on with the dates after it.")
        why = why_missed_for(decided.why, is_own=is_own)
        messages.warning(request, text.format(day=_day(first), why=why))
    else:
        messages.success(
            request, _("It repeats every {weekday} from now on.").format(weekday=_weekday(first))
        )


def _why_not_first(visit: Booking, now: dt.datetime) -> str:
    """Why the visit can't be booked a week later; empty when it can, or not yet."""
    choosing = Choosing(visit.recipient, visit.service, now)
    try:
        choosing.slot(a_week_later(visit.starts_at, timezone.get_default_timezone()))
    except errors.OutsideHorizon:
        return ""
    except errors.BookingError as error:
        return WHY[type(error)].value
    return ""


@require_POST
@asks(questions.go_on)
@person_required
def go_on(request: PersonRequest, series: uuid.UUID) -> HttpResponse:
    """The series goes on with the user's mandate; that of its maker has ended."""
    found = series_for(request, series, may=Mandate.May.BOOK)
    actions.go_on(series=found, by=request.user, mandate=whose_pages(request).mandate)
    messages.success(request, _("It goes on."))
    return redirect("booking:series", series)


@require_POST
@asks(questions.skip)
@person_required
def skip(request: PersonRequest, series: uuid.UUID) -> HttpResponse:
    found = series_for(request, series, may=Mandate.May.BOOK)
    date = _date(request)
    if date not in [one.date for one in queries.dates_to_come(found, timezone.now())]:
        raise Http404
    actions.skip(series=found, date=date, by=request.user)
    messages.success(request, _("{day} is skipped.").format(day=_day(date)))
    return redirect("booking:series", series)


@require_POST
@asks(questions.take_back_skip)
@person_required
def take_back_skip(request: PersonRequest, series: uuid.UUID) -> HttpResponse:
    found = series_for(request, series, may=Mandate.May.BOOK)
    date = _date(request)
    actions.take_back_skip(series=found, date=date, by=request.user)
    messages.success(request, _("{day} is not skipped any longer.").format(day=_day(date)))
    return redirect("booking:series", series)


@require_http_methods(["GET", "HEAD", "POST"])
@person_required
def end_series(request: PersonRequest, series: uuid.UUID) -> HttpResponse:
    """Asks what to do with the booked visits, then ends the series."""
    found = series_for(request, series, may=Mandate.May.BOOK)
    if request.method == "POST":
        cancels = request.POST.get("visits") == "cancel"
        kept = actions.end_series(
            series=found, by=request.user, via=whose_pages(request).via, cancels=cancels
        )
        if kept:
            text = ngettext(
                "It was too late to cancel {count} visit. Call us if it does not suit you.",
                "It was too late to cancel {count} visits. Call us if they do not suit you.",
                len(kept),
            )
            messages.info(request, text.format(count=len(kept)))
        else:
            notified = notified_by_helper(request, found.recipient)
            messages.success(request, " ".join([_("It does not repeat any longer."), *notified]))
        return redirect("booking:visits")
    if found.ended_at:
        return redirect("booking:series", series)
    now = timezone.now()
    coming = queries.coming_of_series(found, now)
    context = {
        "series": found,
        "coming": coming,
        "notified": notified_by_helper(request, found.recipient),
    }
    return simple.show(request, "end_series", context)


def _date(request: PersonRequest) -> dt.date:
    form = DateForm(request.POST)
    if not form.is_valid():
        raise Http404
    date: dt.date = form.cleaned_data["date"]
    return date


def _weekday(date: dt.date) -> str:
    return dates.words(get_language()).weekdays[date.weekday()]


def _day(date: dt.date) -> str:
    day = dates.day(date, get_language())
    return day[:1].upper() + day[1:]
