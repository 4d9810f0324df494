"""Who can be given services: the person behind the grants."""

import uuid
from dataclasses import asdict, dataclass

from accounts.models import User
from booking.actions.locks import lock_recipient, one_transaction
from booking.models import Recipient


@dataclass(frozen=True)
class Particulars:
    """What the municipality knows of a recipient."""

    given_name: str
    family_name: str
    phone: str = ""
    address: str = ""
    directions: str = ""
    has_confidential_address: bool = False


def add_recipient(
    *, key: uuid.UUID, particulars: Particulars, email: str = "", by: User | None
) -> Recipient:
    """A recipient with a log-in of their own when there is an e-mail, without otherwise.

    Somebody who is a recipient already, perhaps of another department, is found by the
    e-mail and stays as they are. ``key`` is the id the form was drawn with: sending it
    twice makes one.
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
        # Text messages go to the person's own number, which is the one known here.
        User.objects.filter(recipient=recipient).update(phone=particulars.phone)


def user_with(email: str, **names: str) -> User:
    """Whoever logs in with this e-mail; somebody new, with these names, if nobody does.
    A user who is there already keeps their own."""
    known = User.objects.filter(email__iexact=email).first()
    return known or User.objects.create_user(email, **names)
