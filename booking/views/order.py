"""Booking a visit: choose a time, check it, book. Then the visit's page (``views.visits``)."""

import datetime as dt
import uuid
from typing import cast

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import unsent
from accounts.access import PersonRequest, act_for
from accounts.decorators import person_required
from accounts.http_methods import require_POST, require_safe
from accounts.questions import asks
from booking import actions, errors, queries
from booking.access.pages import go_to, whose_order, whose_pages
from booking.choosing import Choosing
from booking.converters import Clock, TimeUrls
from booking.forms.visits import BookForm
from booking.models import Mandate, Recipient
from booking.views import drafts, questions
from booking.views.notes import other_note_page
from booking.views.steps import check_page, refuse, times_page, to_receipt
from booking.views.visits import changeable
from database.transactions import Busy


@require_safe
@person_required
def times(request: PersonRequest, service: uuid.UUID, date: dt.date) -> HttpResponse:
    return times_page(request, _choosing(request, service), date)


@require_safe
@person_required
def check(request: PersonRequest, service: uuid.UUID, date: dt.date, clock: Clock) -> HttpResponse:
    _take_back_unsent(request)
    choosing = _choosing(request, service)
    starts_at = clock.on(date)
    if starts_at is None:
        raise Http404
    draft = drafts.find(request, recipient=choosing.recipient.pk, service=service, date=date)
    form = BookForm(
        initial={
            "key": draft.key_for(starts_at) if draft else uuid.uuid4(),
            "recipient": choosing.recipient.pk,
            "service": service,
            "starts_at": starts_at.isoformat(),
            "note": draft.note if draft else "",
        }
    )
    return check_page(request, choosing, starts_at, form)


@require_POST
@asks(questions.book)
def book(request: HttpRequest) -> HttpResponse:
    """Book what the form says, once however often it is sent.

    A user whose session has ended logs in and finds the form filled in as before.
    """
    form = BookForm(request.POST)
    form.full_clean()
    if form.errors.keys() - {"note"}:
        raise Http404
    if not request.user.is_authenticated:
        unsent.keep(request)
        return redirect_to_login(_check_url(form))
    return _book(cast(PersonRequest, request), form)


def look_over_again(request: HttpRequest) -> HttpResponse | None:
    """For a form of ``book`` that was sent after its session ended and another began: nothing
    is booked, and the check page shows what was typed. None for other forms."""
    form = BookForm(request.POST)
    form.full_clean()
    if request.path != reverse("booking:book") or form.errors.keys() - {"note"}:
        return None
    if request.user.is_authenticated:
        _keep(request, form)
    else:
        unsent.keep(request)
    return _to_check(form)


def _take_back_unsent(request: PersonRequest) -> None:
    """What was sent to ``book`` after the session had ended is a draft now."""
    kept = unsent.take(request, reverse("booking:book"))
    if kept is None:
        return
    form = BookForm(dict(kept.fields))
    form.full_clean()
    if not form.errors.keys() - {"note"}:
        _keep(request, form)


def _keep(request: HttpRequest, form: BookForm) -> None:
    """Keep what was typed, and for whom. Permission is checked after the log-in."""
    drafts.keep(request, drafts.Draft.of(form))
    act_for(request, form.cleaned_data["recipient"])


def _book(request: PersonRequest, form: BookForm) -> HttpResponse:
    values = form.cleaned_data
    if request.user.acts_for_others and _was_for_another(request, values["recipient"]):
        return _check_for_its_recipient(request, form)
    choosing = _choosing(request, values["service"])
    if choosing.recipient.pk != values["recipient"]:
        return _to_check(form)
    if not form.is_valid():
        return check_page(request, choosing, values["starts_at"], form)
    try:
        booking = actions.book(
            key=values["key"],
            recipient=choosing.recipient,
            service=choosing.service,
            starts_at=values["starts_at"],
            note=values["note"],
            by=request.user,
            via=whose_pages(request).via,
        )
    except errors.KeyReused:
        return _already_booked(request, choosing.recipient, form)
    except (errors.BookingError, Busy) as error:
        draft = drafts.Draft.of(form)
        drafts.keep(request, draft)
        return refuse(request, choosing, values["starts_at"], error, draft=draft)
    drafts.forget(request)
    return to_receipt(booking.pk)


def _check_url(form: BookForm) -> str:
    return TimeUrls(form.cleaned_data["service"]).check(form.cleaned_data["starts_at"])


def _to_check(form: BookForm) -> HttpResponse:
    """Nothing is booked: the question is shown again, and has the focus."""
    return redirect(f"{_check_url(form)}#question")


def _choosing(request: PersonRequest, service_id: uuid.UUID) -> Choosing:
    """For a recipient who has or had a grant of the service. Raises ``Http404``."""
    recipient, service = whose_order(request, service_id)
    return Choosing(recipient, service, timezone.now())


def _was_for_another(request: PersonRequest, recipient_id: uuid.UUID) -> bool:
    """Whether the form was made for another recipient than the user acts for now."""
    if request.acting_for is not None:
        return request.acting_for != recipient_id
    return not queries.is_recipient(request.user.pk, recipient_id)


def _check_for_its_recipient(request: PersonRequest, form: BookForm) -> HttpResponse:
    """The user has changed recipient in another window since the form was made. Nothing is
    booked: the form is shown again for the recipient that it was made for."""
    go_to(request, form.cleaned_data["recipient"], may=Mandate.May.BOOK)
    drafts.keep(request, drafts.Draft.of(form))
    return _to_check(form)


def _already_booked(request: PersonRequest, recipient: Recipient, form: BookForm) -> HttpResponse:
    """The form was used before, with other words. Shows the visit that it booked then; when only
    the note differs, the form that changes it, with the note that was typed now."""
    key, values = form.cleaned_data["key"], form.cleaned_data
    made = recipient.bookings.filter(pk=key).first()
    if made is None:
        return _to_check(form)
    is_same = (made.service_id, made.starts_at) == (values["service"], values["starts_at"])
    visit = changeable(request, key) if is_same else None
    if visit and visit.note != values["note"]:
        return other_note_page(request, visit, values["note"])
    messages.info(request, _("You used this form before. It booked this visit, and nothing more."))
    return redirect("booking:visit", key)
