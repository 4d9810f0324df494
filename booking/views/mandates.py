"""Mandates: who may act for the user, and for whom the user acts."""

import uuid

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import actions as accounts_actions
from accounts.access import PersonRequest, act_for
from accounts.decorators import person_required
from accounts.errors import InvitationClosed, KeyReused, TooManyInvitations
from accounts.http_methods import require_POST, require_safe
from accounts.pages import safe_next
from accounts.questions import asks
from accounts.reauthentication import log_in_again_first
from accounts.roles import Role
from booking import actions, errors, queries
from booking.access.pages import own_recipient, whose_pages
from booking.forms.mandates import MandateForm
from booking.models import Mandate, Recipient
from booking.views import questions

# -- Who may act for the user: never decided by somebody who acts for them -----


@require_safe
@person_required
def mandates(request: PersonRequest) -> HttpResponse:
    return _mandates_page(request, own_recipient(request), MandateForm())


@require_POST
@person_required
def give_mandate(request: PersonRequest) -> HttpResponse:
    recipient = own_recipient(request)
    form = MandateForm(request.POST)
    if not form.is_valid():
        return _mandates_page(request, recipient, form)
    if first := log_in_again_first(request):
        return first
    try:
        actions.give_mandate(recipient=recipient, to=form.invited, **form.terms, by=request.user)
    except KeyReused:
        form.refuse_key()
    except errors.OwnHelper:
        form.add_error("email", _("This is your own e-mail."))
    except errors.MandateOverlaps:
        form.add_error("email", _("You have invited this person already."))
    except TooManyInvitations:
        form.add_error(
            "email", _("You have invited many. Wait until they answer, or withdraw one.")
        )
    else:
        messages.success(
            request, _("An invitation is sent. The person can help you once they have said yes.")
        )
        return redirect("booking:mandates")
    return _mandates_page(request, recipient, form)


@require_POST
@asks(questions.withdraw_mandate)
@person_required
def withdraw_mandate(request: PersonRequest, invitation: uuid.UUID) -> HttpResponse:
    """Withdraw the invitation of a helper who has not answered."""
    recipient = own_recipient(request)
    invited = queries.invited_to_act_for(recipient, Mandate.Kind.HELPER)
    found = next((one for one in invited if one.pk == invitation), None)
    if found is None:
        raise Http404
    try:
        accounts_actions.withdraw_invitation(invitation=found, by=request.user)
    except InvitationClosed:
        messages.error(request, _("It was answered meanwhile."))
    else:
        messages.success(request, _("The invitation is withdrawn."))
    return redirect("booking:mandates")


@require_POST
@asks(questions.end_mandate)
@person_required
def end_mandate(request: PersonRequest, mandate: uuid.UUID) -> HttpResponse:
    """End a helper's mandate. A guardian's is ended by the department that registered it."""
    recipient = own_recipient(request)
    found = get_object_or_404(recipient.mandates, pk=mandate, kind=Mandate.Kind.HELPER)
    actions.end_mandate(mandate=found, by=request.user)
    messages.success(request, _("It has ended. The person sees nothing of yours any more."))
    today = timezone.localdate()
    if any(one.waits(today) for one in queries.running_series(recipient)):
        messages.info(request, _("Something that repeats waits for your answer."))
        return redirect("booking:all_series")
    return redirect("booking:mandates")


def _mandates_page(
    request: PersonRequest, recipient: Recipient, form: MandateForm
) -> HttpResponse:
    today = timezone.localdate()
    context = {
        "recipient": recipient,
        "mandates": queries.open_mandates(recipient, today),
        "invited": queries.invited_to_act_for(recipient, Mandate.Kind.HELPER),
        "form": form,
    }
    return render(request, "booking/mandates.html", context)


# -- For whom the user acts ----------------------------------------------------


@require_safe
@person_required
def persons(request: PersonRequest) -> HttpResponse:
    if not request.user.acts_for_others or not request.user.acts_as(Role.PRIVATE):
        raise Http404
    return render(
        request,
        "booking/persons.html",
        {"is_recipient": queries.is_recipient(request.user.pk)},
    )


@require_POST
@person_required
def choose_person(request: PersonRequest) -> HttpResponse:
    """``person`` is the recipient to act for from now on; without it, the user's own."""
    try:
        wanted = uuid.UUID(request.POST["person"]) if request.POST.get("person") else None
    except ValueError:
        raise Http404 from None
    if not request.user.acts_as(Role.PRIVATE):
        raise Http404
    if wanted and queries.is_recipient(request.user.pk, wanted):
        wanted = None
    if wanted and not any(m.recipient_id == wanted for m in whose_pages(request).mandates):
        raise Http404
    act_for(request, wanted)
    return redirect(safe_next(request))


@require_POST
@asks(questions.leave_person)
@person_required
def leave_person(request: PersonRequest, mandate: uuid.UUID) -> HttpResponse:
    """The user stops being a helper."""
    found = next((m for m in whose_pages(request).mandates if m.pk == mandate), None)
    if found is None or found.is_guardians:
        raise Http404
    actions.end_mandate(mandate=found, by=request.user)
    if request.acting_for == found.recipient_id:
        act_for(request, None)
    messages.success(request, _("You are not a helper for this person any more."))
    return redirect("booking:persons")
