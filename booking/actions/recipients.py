"""Recipients and their log-ins."""

import uuid
from dataclasses import asdict, dataclass
from typing import Any

from accounts import actions as accounts_actions
from accounts import queries as accounts_queries
from accounts.errors import AddressTaken
from accounts.models import Message, User
from booking import errors
from booking.actions.locks import lock_recipient, one_transaction
from booking.models import Recipient
from departments.models import Department, Employee


@dataclass(frozen=True)
class Particulars:
    """A recipient's details that the municipality registers."""

    given_name: str
    family_name: str
    phone: str = ""
    address: str = ""
    directions: str = ""
    has_confidential_address: bool = False


def add_recipient(
    *, key: uuid.UUID, particulars: Particulars, email: str = "", by: User | None
) -> Recipient:
    """Add a recipient, with a log-in when there is an e-mail.

    A recipient with this e-mail, perhaps of another department, is returned unchanged.
    ``key`` is the form's idempotency key: sending the form twice adds one recipient.
    """
    with one_transaction():
        user = (
            user_with(
                email,
                given_name=particulars.given_name,
                family_name=particulars.family_name,
                phone=particulars.phone,
            )
            if email
            else None
        )
        if user is not None:
            User.objects.select_for_update(no_key=True).get(pk=user.pk)
            known = Recipient.objects.filter(user=user).first()
            if known is not None:
                return known
        recipient, _ = Recipient.objects.get_or_create(
            pk=key, defaults={**asdict(particulars), "user": user}
        )
        return recipient


def change_recipient(*, recipient: Recipient, particulars: Particulars, by: User) -> None:
    with one_transaction():
        lock_recipient(recipient.pk)
        Recipient.objects.filter(pk=recipient.pk).update(**asdict(particulars))
        # Text messages go to the user's number, which is the recipient's.
        User.objects.filter(recipient=recipient).update(phone=particulars.phone)


def keep_phone(*, user: User, phone: str, **_: Any) -> None:
    """Copy a user's new number to the recipient (``accounts.signals.phone_changes``), for
    carers to call."""
    Recipient.objects.filter(user=user).update(phone=phone)


def change_log_in(*, recipient: Recipient, email: str, department: Department, by: User) -> None:
    """Give the recipient a log-in, or change the e-mail of the one they have, when they can't
    do it themselves. The old address gets a message.

    A log-in that also opens another department's services, somebody else's pages or staff
    pages can only be changed by its owner. Raises ``NotOnlyOurs`` then, and ``LogInTaken`` for
    the e-mail of another user.
    """
    with one_transaction():
        lock_recipient(recipient.pk)
        user = Recipient.objects.select_related("user").get(pk=recipient.pk).user
        if user is None:
            _give_log_in(recipient, email)
        elif _opens_more(user, recipient, department):
            raise errors.NotOnlyOurs
        else:
            try:
                accounts_actions.change_address(
                    user=user, channel=Message.Channel.EMAIL, address=email.lower(), by=by
                )
            except AddressTaken as error:
                raise errors.LogInTaken from error


def _give_log_in(recipient: Recipient, email: str) -> None:
    """Make a new log-in. An existing one must not get access to the recipient's pages."""
    if User.objects.filter(email__iexact=email).exists():
        raise errors.LogInTaken
    user = user_with(
        email,
        given_name=recipient.given_name,
        family_name=recipient.family_name,
        phone=recipient.phone,
    )
    Recipient.objects.filter(pk=recipient.pk).update(user=user)


def _opens_more(user: User, recipient: Recipient, department: Department) -> bool:
    return (
        user.acts_for_others
        or accounts_queries.is_coordinator(user)
        or Employee.objects.filter(person=user).exists()
        or recipient.grants.exclude(service__department=department).exists()
    )


def user_with(email: str, **names: str) -> User:
    """The user with this e-mail, or a new one with these names. An existing user keeps their
    own names."""
    known = User.objects.filter(email__iexact=email).first()
    return known or User.objects.create_user(email, **names)
