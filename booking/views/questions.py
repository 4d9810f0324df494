"""What the POST-only URLs of a recipient's pages do, as questions (``accounts.questions``)."""

import datetime as dt
import uuid

from django.http import Http404, QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import queries as accounts_queries
from accounts.access import PersonRequest
from accounts.questions import Question
from accounts.templatetags.dates import at_clock, day, weekday
from booking import queries
from booking.access.pages import (
    agreed_date_for,
    booking_for,
    granted_service,
    own_feed,
    own_recipient,
    pause_for,
    plan_for,
    recipient_for,
    recipient_of_feeds,
    recipient_of_plans,
    series_for,
    whose_order,
    whose_pages,
    wish_for,
)
from booking.forms.series import DateForm
from booking.forms.visits import AskStaffForm, BookForm, MoveForm
from booking.forms.wishes import WishForm
from booking.models import Booking, BookingSeries, Mandate
from booking.notices.pauses import span


def book(request: PersonRequest, sent: QueryDict) -> Question:
    form = BookForm(sent)
    form.full_clean()
    if form.errors.keys() - {"note"}:
        raise Http404
    recipient, service = whose_order(request, form.cleaned_data["service"])
    if recipient.pk != form.cleaned_data["recipient"]:
        raise Http404
    text = _("Do you want to book “{what}” on {when}?")
    return Question(
        text.format(what=service.name, when=when(form.cleaned_data["starts_at"])), _("Book")
    )


def move(request: PersonRequest, sent: QueryDict, booking: uuid.UUID) -> Question:
    visit, form = _coming_visit(request, booking), MoveForm(sent)
    if not form.is_valid():
        raise Http404
    text = _("Do you want to move “{what}” from {old} to {new}?").format(
        what=visit.service.name,
        old=when(visit.starts_at),
        new=when(form.cleaned_data["starts_at"]),
    )
    return Question(text, _("Move"))


def cancel(request: PersonRequest, sent: QueryDict, booking: uuid.UUID) -> Question:
    visit = _coming_visit(request, booking)
    text = _("Do you want to cancel “{what}” on {when}?")
    return Question(
        text.format(what=visit.service.name, when=when(visit.starts_at)), _("Cancel the visit")
    )


def ask_staff(request: PersonRequest, sent: QueryDict, booking: uuid.UUID) -> Question:
    visit = _coming_visit(request, booking)
    form = AskStaffForm(sent)
    if not form.is_valid():
        raise Http404
    text = _("Do you want to tell us about “{what}” on {when}?")
    return Question(text.format(what=visit.service.name, when=when(visit.starts_at)), _("Tell us"))


def give_up_agreed_time(
    request: PersonRequest, sent: QueryDict, agreed_time: uuid.UUID
) -> Question:
    found = agreed_date_for(request, agreed_time, _date(sent), may=Mandate.May.BOOK)
    text = _("Do you want no visit at the agreed time on {day}?").format(day=day(found.date))
    return Question(text, _("No visit then"), [found.agreed_time.grant.service.name])


def take_back_agreed_time(
    request: PersonRequest, sent: QueryDict, agreed_time: uuid.UUID
) -> Question:
    found = agreed_date_for(request, agreed_time, _date(sent), may=Mandate.May.BOOK)
    text = _("Do you want the agreed time on {day} after all?").format(day=day(found.date))
    return Question(text, _("Keep the time"), [found.agreed_time.grant.service.name])


def go_on(request: PersonRequest, sent: QueryDict, series: uuid.UUID) -> Question:
    found = _series(request, series)
    text = _("Do you want “every {weekday} {clock}” to go on?")
    return Question(_of_series(text, found), _("Yes, go on"), [found.service.name])


def skip(request: PersonRequest, sent: QueryDict, series: uuid.UUID) -> Question:
    found, date = _series(request, series), _date(sent)
    text = _("Do you want to skip {day}?").format(day=day(date))
    return Question(text, _("Skip"), [found.service.name])


def take_back_skip(request: PersonRequest, sent: QueryDict, series: uuid.UUID) -> Question:
    found, date = _series(request, series), _date(sent)
    text = _("Do you want the visit on {day} after all?").format(day=day(date))
    return Question(text, _("Do not skip"), [found.service.name])


def end_pause(request: PersonRequest, sent: QueryDict, pause: uuid.UUID) -> Question:
    found = pause_for(request, pause, may=Mandate.May.BOOK)
    text = _("Do you want to end the pause {when}?").format(when=span(found))
    return Question(text, _("End the pause"))


def remove_plan(request: PersonRequest, sent: QueryDict, plan: uuid.UUID) -> Question:
    found = plan_for(request, plan, may=Mandate.May.BOOK)
    return Question(_("Do you want to remove this plan?"), _("Remove"), [found.title])


def forget_plan_file(request: PersonRequest, sent: QueryDict) -> Question:
    recipient_of_plans(request, may=Mandate.May.BOOK)
    return Question(_("Do you want to remove the times from the calendar file?"), _("Remove"))


def make_wish(request: PersonRequest, sent: QueryDict) -> Question:
    recipient, form = recipient_for(request, may=Mandate.May.BOOK), WishForm(sent)
    if not form.is_valid() or form.cleaned_data["date"] < timezone.localdate():
        raise Http404
    service = granted_service(recipient, form.cleaned_data["service"])
    text = _("Do you want us to tell you if a time opens on {day}?")
    return Question(text.format(day=day(form.cleaned_data["date"])), _("Tell me"), [service.name])


def remove_wish(request: PersonRequest, sent: QueryDict, wish: uuid.UUID) -> Question:
    found = wish_for(request, wish, may=Mandate.May.BOOK)
    text = _("Do you want to stop waiting for a time on {day}?").format(day=day(found.date))
    return Question(text, _("Remove"), [found.service.name])


def make_feed(request: PersonRequest, sent: QueryDict) -> Question:
    recipient_of_feeds(request)
    return Question(
        _("Do you want to make an address for your calendar program?"), _("Make an address")
    )


def revoke_feed(request: PersonRequest, sent: QueryDict, feed: uuid.UUID) -> Question:
    found = own_feed(request, feed)
    text = _("Do you want to close the calendar address that you made on {day}?")
    return Question(text.format(day=day(found.made_at)), _("Close the address"))


def withdraw_mandate(request: PersonRequest, sent: QueryDict, invitation: uuid.UUID) -> Question:
    invited = queries.invited_to_act_for(own_recipient(request), Mandate.Kind.HELPER)
    name = next((one.proposal["name"] for one in invited if one.pk == invitation), None)
    if name is None:
        raise Http404
    text = _("Do you want to withdraw the invitation of {name}?").format(name=name)
    return Question(text, _("Withdraw"))


def end_mandate(request: PersonRequest, sent: QueryDict, mandate: uuid.UUID) -> Question:
    helpers = queries.open_mandates(own_recipient(request), timezone.localdate())
    found = next(
        (one for one in helpers if one.pk == mandate and one.kind == Mandate.Kind.HELPER), None
    )
    if found is None:
        raise Http404
    text = _("Do you want {name} to stop acting for you?").format(name=found.holder_name)
    return Question(text, _("End it"))


def leave_person(request: PersonRequest, sent: QueryDict, mandate: uuid.UUID) -> Question:
    found = next((one for one in whose_pages(request).mandates if one.pk == mandate), None)
    if found is None or found.is_guardians:
        raise Http404
    name = found.recipient.full_name
    text = _("Do you want to stop being helper for {name}?").format(name=name)
    return Question(text, _("I don't want to be helper for %(name)s any more") % {"name": name})


def confirm_as_coordinator(
    request: PersonRequest, sent: QueryDict, invitation: uuid.UUID
) -> Question:
    if not accounts_queries.is_coordinator(request.user):
        raise Http404
    found = next(
        (one for one, _department in queries.guardians_to_confirm() if one.pk == invitation), None
    )
    if found is None or not queries.may_confirm(found, request.user):
        raise Http404
    return confirmation(found.proposal)


def confirmation(proposal: dict[str, str]) -> Question:
    """For a guardian who is registered and not confirmed."""
    text = _("Do you want to confirm {name} as guardian?").format(name=proposal["name"])
    reference = _("Reference %(reference)s.") % {"reference": proposal["reference"]}
    return Question(text, _("Confirm"), [reference])


def when(instant: dt.datetime) -> str:
    """ "Friday 4 December at 10:00"."""
    return f"{day(instant)} {at_clock(instant)}"


def _coming_visit(request: PersonRequest, booking_id: uuid.UUID) -> Booking:
    visit = booking_for(request, booking_id, may=Mandate.May.BOOK)
    if visit.status != Booking.Status.BOOKED or visit.starts_at <= timezone.now():
        raise Http404
    return visit


def _series(request: PersonRequest, series_id: uuid.UUID) -> BookingSeries:
    found = series_for(request, series_id, may=Mandate.May.BOOK)
    if found.ended_at:
        raise Http404
    return found


def _of_series(text: str, series: BookingSeries) -> str:
    return text.format(weekday=weekday(series.first_date), clock=at_clock(series.time))


def _date(sent: QueryDict) -> dt.date:
    form = DateForm(sent)
    if not form.is_valid():
        raise Http404
    date: dt.date = form.cleaned_data["date"]
    return date
