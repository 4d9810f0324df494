"""Guardians, registered by an administrator from the decision that appoints them, and confirmed
by somebody else: another administrator, or a coordinator where there is only one."""

import uuid

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from accounts import actions as accounts_actions
from accounts import queries as accounts_queries
from accounts.access import PersonRequest
from accounts.decorators import person_required
from accounts.errors import InvitationClosed, KeyReused, OwnInvitation, TooManyInvitations
from accounts.http_methods import require_POST, require_safe
from accounts.models import Invitation
from accounts.questions import asks
from booking import actions, errors, queries
from booking.access.staff import recipient_of
from booking.forms.mandates import GuardianForm
from booking.models import Mandate, Recipient
from booking.views import questions as recipient_questions
from booking.views.staff import questions
from booking.views.staff.letters import DEPARTED, TOO_MANY
from booking.views.staff.recipients import recipient_page
from departments.access import administrator
from departments.models import Department


@require_POST
@administrator
def register_guardian(
    request: PersonRequest, department: Department, recipient: uuid.UUID
) -> HttpResponse:
    found = recipient_of(department, recipient, by=request.user, what="booking:register_guardian")
    form = GuardianForm(request.POST)
    if not form.is_valid():
        return recipient_page(request, department, found, new_guardian=form)
    try:
        actions.register_guardian(
            recipient=found,
            to=form.invited,
            **form.terms,
            department=department,
            by=request.user,
        )
    except KeyReused:
        form.refuse_key()
    except errors.MandateOverlaps:
        form.add_error("email", _("This person may act for the recipient then already."))
    except errors.HasDeparted:
        form.add_error("email", str(DEPARTED))
    except errors.OwnAddress:
        form.add_error("email", _("Somebody else must register you, or your own guardian."))
    except TooManyInvitations:
        form.add_error("email", str(TOO_MANY))
    else:
        messages.success(
            request, _("The guardian is registered. Somebody else must confirm it now.")
        )
        return redirect("booking:recipient", department.pk, found.pk)
    return recipient_page(request, department, found, new_guardian=form)


@require_POST
@asks(questions.end_guardian)
@administrator
def end_guardian(
    request: PersonRequest, department: Department, recipient: uuid.UUID, mandate: uuid.UUID
) -> HttpResponse:
    found = recipient_of(department, recipient, by=request.user, what="booking:end_guardian")
    guardian = get_object_or_404(found.mandates, pk=mandate, kind=Mandate.Kind.GUARDIAN)
    actions.end_mandate(mandate=guardian, department=department, by=request.user)
    messages.success(request, _("The guardian can't act for the recipient any more."))
    return redirect("booking:recipient", department.pk, found.pk)


@require_POST
@asks(questions.confirm_guardian)
@administrator
def confirm_guardian(
    request: PersonRequest, department: Department, recipient: uuid.UUID, invitation: uuid.UUID
) -> HttpResponse:
    found = recipient_of(department, recipient, by=request.user, what="booking:confirm_guardian")
    if found.user_id == request.user.pk:
        raise Http404
    _confirm(request, _invited(found, invitation))
    return redirect("booking:recipient", department.pk, found.pk)


@require_POST
@asks(questions.withdraw_guardian)
@administrator
def withdraw_guardian(
    request: PersonRequest, department: Department, recipient: uuid.UUID, invitation: uuid.UUID
) -> HttpResponse:
    """Withdraw an invitation that the guardian has not answered."""
    found = recipient_of(department, recipient, by=request.user, what="booking:withdraw_guardian")
    try:
        accounts_actions.withdraw_invitation(
            invitation=_invited(found, invitation), by=request.user
        )
    except InvitationClosed:
        messages.error(request, _("It was answered meanwhile."))
    else:
        messages.success(request, _("The invitation is withdrawn."))
    return redirect("booking:recipient", department.pk, found.pk)


# -- Departments with one administrator: a coordinator confirms ---------------------


@require_safe
@person_required
def guardians(request: PersonRequest) -> HttpResponse:
    """The recipients are not named: a coordinator finds the decision by its reference."""
    if not accounts_queries.is_coordinator(request.user):
        raise Http404
    waiting = [
        (invitation, department)
        for invitation, department in queries.guardians_to_confirm()
        if queries.may_confirm(invitation, request.user)
    ]
    return render(request, "booking/guardians.html", {"waiting": waiting})


@require_POST
@asks(recipient_questions.confirm_as_coordinator)
@person_required
def confirm_as_coordinator(request: PersonRequest, invitation: uuid.UUID) -> HttpResponse:
    waiting = (
        [found for found, _department in queries.guardians_to_confirm()]
        if accounts_queries.is_coordinator(request.user)
        else []
    )
    found = next((one for one in waiting if one.pk == invitation), None)
    if found is None:
        raise Http404
    own = queries.recipient_of_user(request.user.pk)
    if own is not None and own.pk == found.target_id:
        raise Http404
    _confirm(request, found)
    return redirect("booking:guardians")


def _invited(recipient: Recipient, invitation_id: uuid.UUID) -> Invitation:
    invited = queries.invited_to_act_for(recipient, Mandate.Kind.GUARDIAN)
    found = next((one for one in invited if one.pk == invitation_id), None)
    if found is None:
        raise Http404
    return found


def _confirm(request: PersonRequest, invitation: Invitation) -> None:
    try:
        accounts_actions.confirm_invitation(invitation=invitation, by=request.user)
    except OwnInvitation:
        messages.error(request, _("Somebody else must confirm it."))
    except InvitationClosed:
        messages.error(request, _("It was withdrawn meanwhile."))
    else:
        messages.success(request, _("It is confirmed. The guardian gets an invitation."))
