"""Invitations by letter, for people whose e-mail address the municipality does not know.

The letter carries a code; only its digest is stored. Who enters the code states an e-mail
address, and an ordinary invitation is sent there. Its link proves that the address is theirs,
and accepting it gives a log-in with that address.

The code is long enough that nobody can guess it. An unknown code gets the same answer as the
right one, and nothing looks up whether somebody has the address, so neither can be found out.
"""

from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.crypto import get_random_string, salted_hmac

from accounts import attempts, errors, invitations
from accounts.actions.invitations import (
    check_rate,
    lock_invitation,
    record_invitation,
    replace_open,
)
from accounts.models import Invitation, User

SYMBOLS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # none that look alike on paper
LENGTH = 12
USES = 5  # of one code: an address may be mistyped


def invite_by_letter(*, kind: str, target_id: UUID, department_id: UUID, by: User) -> str:
    """Make an invitation without an address; return the code for the letter.

    The target is locked by the caller, and its open invitations are replaced. Raises
    ``TooManyInvitations``.
    """
    now = timezone.now()
    check_rate(kind, target_id, department_id, now)
    replace_open(kind, target_id, by)
    code = get_random_string(LENGTH, SYMBOLS)
    letter = Invitation.objects.create(
        kind=kind,
        address="",
        code_digest=_digest(code),
        target_id=target_id,
        department_id=department_id,
        by=by,
        expires_at=now + Invitation.LETTER_LASTS,
    )
    record_invitation("invite_by_letter", letter, by)
    return code


def use_letter(*, code: str, email: str, account: str) -> None:
    """Send an invitation to the e-mail address if the code is that of a letter.

    The caller does not learn whether it is. ``account`` is what tries are counted for
    (``accounts.known_devices``). Raises ``TooManyCodes``.
    """
    # Counted first, and committed by itself: however many come at once, no more are compared.
    if not attempts.LETTERS.take(account):
        raise errors.TooManyCodes
    now = timezone.now()
    letter = Invitation.objects.open(now).filter(code_digest=_digest(code)).first()
    if letter is None:
        return
    with transaction.atomic():
        invitations.find(letter.kind).lock(letter)
        try:
            letter = lock_invitation(letter.pk)
        except errors.InvitationClosed:  # replaced meanwhile
            return
        if letter.attempts >= USES:
            return
        Invitation.objects.filter(pk=letter.pk).update(attempts=F("attempts") + 1)
        replace_open(letter.kind, letter.target_id, None, besides=letter)
        invitation = Invitation.objects.create(
            kind=letter.kind,
            address=email.lower(),
            target_id=letter.target_id,
            department_id=letter.department_id,
            by=letter.by,
            expires_at=now + Invitation.LASTS,
            due_at=now,  # also at night: the person waits for it
        )
        record_invitation("use_letter", invitation, None)


def _digest(code: str) -> str:
    """Keyed, so that a copy of the database is of no use for guessing."""
    return salted_hmac("accounts.letter", code, algorithm="sha256").hexdigest()
