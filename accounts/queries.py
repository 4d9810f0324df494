"""What can be read about log-in, contact channels, messages and API tokens. Changes nothing."""

import datetime as dt
from uuid import UUID

from django.core.signing import BadSignature, Signer
from django.utils import timezone

from accounts.messages import sms
from accounts.models import (
    INVITATION_SALT,
    AddressChange,
    ApiToken,
    ApiTokenQuerySet,
    Coordinator,
    DeadAddress,
    Invitation,
    Message,
    MessageChoices,
    User,
)
from accounts.phones import mobile_number
from accounts.roles import Role
from accounts.tokens import digest
from database.statements import ModelColumns, Statement

LONGEST_SECRET = 200  # characters; ours are shorter


# -- Users ------------------------------------------------------------------------


def active_user(email: str) -> User | None:
    """The user who can log in with this e-mail."""
    return User.objects.filter(email__iexact=email, is_active=True).first()


def language_of(email: str) -> str | None:
    """The language of the user with this e-mail."""
    return User.objects.filter(email__iexact=email).values_list("language", flat=True).first()


def is_coordinator(user: User) -> bool:
    """Also whether they act as one, when they have several roles."""
    return user.acts_as(Role.COORDINATOR) and Coordinator.objects.filter(user=user).exists()


# -- Contact channels ---------------------------------------------------------------


def message_choices(user: User) -> MessageChoices:
    """The user's choices; if they have made none, unsaved defaults of version 0."""
    found = MessageChoices.objects.filter(user=user).first()
    return found or MessageChoices(user=user, version=0)


def user_with_choices(user_id: UUID) -> User:
    """The user as they are now, with their message choices, in one statement."""
    return User.objects.select_related("message_choices").get(pk=user_id)


def dead_addresses(user: User) -> list[DeadAddress]:
    """The user's current addresses that do not take messages."""
    return [dead for dead in DeadAddress.objects.filter(user=user) if dead.is_in_use]


def needs_code(channel: Message.Channel, address: str) -> bool:
    """Whether a code must prove the address: e-mail, and numbers that get text messages."""
    if channel is Message.Channel.EMAIL:
        return bool(address)
    return bool(sms.is_offered() and mobile_number(address))


def pending_change(
    *, channel: Message.Channel, user: User, is_contact: bool = False
) -> AddressChange | None:
    """The user's change of address that can still be confirmed with its code."""
    changes = AddressChange.objects.filter(user=user, channel=channel, is_contact=is_contact)
    change = changes.first()
    return change if change and change.is_pending(timezone.now()) else None


# -- Invitations --------------------------------------------------------------------


def invitation_by_token(token: str) -> Invitation | None:
    """The invitation whose mail contains this token, answered or not."""
    try:
        invitation_id = Signer(salt=INVITATION_SALT).unsign(token)
    except BadSignature:
        return None
    return Invitation.objects.filter(pk=invitation_id).first()


def open_invitations_to(user: User) -> list[Invitation]:
    """Those sent to the address that the user logs in with."""
    return list(
        Invitation.objects.open(timezone.now()).filter(address=user.email, due_at__isnull=False)
    )


# -- API tokens ---------------------------------------------------------------------


def tokens_of(owner: User) -> ApiTokenQuerySet:
    """All tokens of the owner, including expired and revoked ones."""
    return ApiToken.objects.filter(owner=owner)


_TOKEN = ModelColumns(ApiToken)
_OWNER = ModelColumns(User, "owner__", _TOKEN.end)
_BY_DIGEST = Statement(
    lambda digest: (
        ApiToken.objects.filter(digest=digest).order_by().values_list(*_TOKEN.paths, *_OWNER.paths)
    ),
    digest="the digest",
)


def valid_token(secret: str, now: dt.datetime) -> ApiToken | None:
    """The token with this secret and its owner, if it is valid. One statement."""
    if not 0 < len(secret) <= LONGEST_SECRET:
        return None
    rows = _BY_DIGEST.rows(digest=digest(secret))
    if not rows:
        return None
    token = _TOKEN.of(rows[0])
    token.owner = _OWNER.of(rows[0])
    is_valid = token.revoked_at is None and not token.is_expired(now) and token.owner.is_active
    return token if is_valid else None
