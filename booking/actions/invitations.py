"""Invitations to log in as a recipient, and to act for one."""

from collections.abc import Sequence
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import invitations
from accounts.actions import change_address, give_log_in, join_messages, record
from accounts.errors import AddressTaken, InvitationRefused, OwnInvitation
from accounts.models import Invitation, Message, User
from booking import errors
from booking.actions.locks import lock_recipient
from booking.actions.mandates import accept_mandate
from booking.actions.recipients import join_recipient, opens_more
from booking.models import Mandate, Recipient
from booking.queries.department_recipients import LOG_IN
from booking.queries.mandates import MANDATE
from departments.models import Department


def register_invitation_kinds() -> None:
    invitations.register(
        invitations.InvitationKind(
            LOG_IN,
            question=gettext_lazy("Do you want to log in and see and book your visits?"),
            details=_details_of_log_in,
            new_user=_give_log_in,
            accept=_accept_log_in,
            lock=_lock,
            replaces_earlier=True,
            label=gettext_lazy("Invitation to log in"),
        )
    )
    invitations.register(
        invitations.InvitationKind(
            MANDATE,
            question=gettext_lazy("Do you want to see or book visits for somebody?"),
            details=_details_of_mandate,
            new_user=_new_holder,
            accept=_accept_mandate,
            lock=_lock,
            label=gettext_lazy("Invitation to act for somebody"),
        )
    )


def _lock(invitation: Invitation) -> None:
    lock_recipient(invitation.target_id)


# -- Log-in of a recipient ---------------------------------------------------------


def _recipient(invitation: Invitation) -> Recipient:
    """The recipient, locked."""
    lock_recipient(invitation.target_id)
    found = Recipient.objects.select_related("user").filter(pk=invitation.target_id).first()
    if found is None:
        raise InvitationRefused
    return found


def _details_of_log_in(found: Sequence[Invitation]) -> dict[UUID, list[str]]:
    ids = [invitation.department_id for invitation in found if invitation.department_id]
    departments = Department.objects.in_bulk(ids)
    return {
        invitation.pk: [_("%(department)s asks.") % {"department": department.name}]
        for invitation in found
        if (department := departments.get(invitation.department_id))
    }


def _give_log_in(invitation: Invitation) -> User:
    """A new user, or the one that the recipient has, with the new address."""
    recipient = _recipient(invitation)
    if recipient.user is None:
        return User.objects.create_user(
            invitation.address,
            given_name=recipient.given_name,
            family_name=recipient.family_name,
            phone=recipient.phone,
        )
    if recipient.user.email is None:  # has only an address for messages
        give_log_in(user=recipient.user, email=invitation.address)
        _record_accepted(invitation, recipient, recipient.user)
        return recipient.user
    if opens_more(recipient.user, recipient, invitation.department_id) or invitation.by is None:
        raise InvitationRefused
    try:
        change_address(
            user=recipient.user,
            channel=Message.Channel.EMAIL,
            address=invitation.address,
            by=invitation.by,
        )
    except AddressTaken as error:
        raise InvitationRefused from error
    recipient.user.refresh_from_db()
    return recipient.user


def _accept_log_in(invitation: Invitation, user: User) -> None:
    """Give the recipient the user. One who is a recipient already, perhaps of another
    department, becomes one recipient with both."""
    recipient = _recipient(invitation)
    if recipient.user_id == user.pk:
        return
    if recipient.user is not None and recipient.user.email is not None:
        raise InvitationRefused
    if user.pk == invitation.by_id:
        raise OwnInvitation
    if recipient.user is not None:
        without_log_in = recipient.user
        Recipient.objects.filter(pk=recipient.pk).update(user=None)
        join_messages(from_=without_log_in, into=user)
        without_log_in.delete()
    known = Recipient.objects.filter(user=user).first()
    if known is None:
        Recipient.objects.filter(pk=recipient.pk).update(user=user)
    else:
        try:
            join_recipient(from_=recipient, into=known)
        except errors.BookingError as error:
            raise InvitationRefused from error
    _record_accepted(invitation, known or recipient, user)


def _record_accepted(invitation: Invitation, recipient: Recipient, user: User) -> None:
    record(
        "accept_log_in",
        by=user,
        department_id=invitation.department_id,
        subject_id=recipient.pk,
        of=invitation,
    )


# -- Mandates ----------------------------------------------------------------------


def _details_of_mandate(found: Sequence[Invitation]) -> dict[UUID, list[str]]:
    recipients = Recipient.objects.in_bulk([invitation.target_id for invitation in found])
    return {
        invitation.pk: [
            _("You would act for %(name)s.") % {"name": recipient.full_name},
            _("You may: %(what)s.")
            % {"what": str(Mandate.May(invitation.proposal["may"]).label).lower()},
        ]
        for invitation in found
        if (recipient := recipients.get(invitation.target_id))
    }


def _new_holder(invitation: Invitation) -> User:
    given_name, _space, family_name = invitation.proposal["name"].partition(" ")
    return User.objects.create_user(
        invitation.address, given_name=given_name, family_name=family_name
    )


def _accept_mandate(invitation: Invitation, user: User) -> None:
    if not Recipient.objects.filter(pk=invitation.target_id).exists():
        raise InvitationRefused
    try:
        accept_mandate(invitation=invitation, user=user)
    except errors.OwnAddress as error:
        raise OwnInvitation from error
    except errors.BookingError as error:
        raise InvitationRefused from error
