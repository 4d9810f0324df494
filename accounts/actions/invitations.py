"""Make, send and answer invitations.

They have an outbox of their own: a ``Message`` goes to a user, and an invitation to an
address of which nobody may learn whether a user has it.

Somebody whose address the municipality does not know is invited by a letter. It carries a
code, of which only a digest is stored. Who enters the code states an e-mail address, and an
ordinary invitation is sent there: its link proves that the address is theirs. The code is too
long to be guessed. An unknown one gets the same answer as the right one, and nothing looks up
whether somebody has the address, so neither can be found out.
"""

import datetime as dt
import logging
from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone, translation
from django.utils.crypto import get_random_string, salted_hmac

from accounts import attempts, errors, invitations
from accounts.actions.changes import record
from accounts.messages import mails
from accounts.messages.invitations import compose
from accounts.messages.quiet_hours import QuietHours
from accounts.models import Invitation, User

log = logging.getLogger(__name__)

A_DAY = dt.timedelta(days=1)
LEASE = dt.timedelta(minutes=2)
ATTEMPTS = 8
BATCH = 200  # mails in one run
SYMBOLS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # none that look alike on paper
LENGTH = 12  # of the code in a letter
USES = 5  # of one code: an address may be mistyped

Answer = Invitation.Answer


def invite(
    *,
    kind: str,
    address: str,
    target_id: UUID,
    department_id: UUID | None = None,
    proposal: Mapping[str, Any] | None = None,
    needs_confirmation: bool = False,
    key: UUID | None = None,
    by: User | None,
) -> Invitation:
    """Propose something to the owner of an e-mail address, known or not.

    ``key`` is the form's idempotency key and becomes the id: see ``find_invited``.

    Call it in the transaction of what is proposed. If the kind allows one at a time, the target
    is locked by the caller, and its open invitations are replaced. Raises
    ``TooManyInvitations`` when the department, or a user without one, has made too many today
    or has too many open.
    """
    earlier = find_invited(
        key=key, kind=kind, address=address, target_id=target_id, proposal=proposal, by=by
    )
    if earlier is not None:
        return earlier
    now = timezone.now()
    _check_rate(kind, target_id, department_id, now)
    if invitations.find(kind).replaces_earlier:
        _replace_open(kind, target_id, by)
    invitation = Invitation.objects.create(
        pk=key or uuid4(),
        kind=kind,
        address=address.lower(),
        target_id=target_id,
        department_id=department_id,
        proposal=dict(proposal or {}),
        by=by,
        expires_at=now + Invitation.LASTS,
        due_at=None if needs_confirmation else _sending_time(now),
    )
    _record("invite", invitation, by)
    return invitation


def find_invited(
    *,
    key: UUID | None,
    kind: str,
    address: str,
    target_id: UUID,
    proposal: Mapping[str, Any] | None = None,
    by: User | None,
) -> Invitation | None:
    """The invitation that the same form has made before. Raises ``KeyReused`` when the key was
    used by somebody else or with other words."""
    found = Invitation.objects.filter(pk=key).first() if key else None
    if found is None:
        return None
    made = (found.kind, found.address, found.target_id, found.proposal, found.by)
    if made != (kind, address.lower(), target_id, dict(proposal or {}), by):
        raise errors.KeyReused
    return found


def confirm_invitation(*, invitation: Invitation, by: User) -> None:
    """Let an invitation be sent that somebody else made. Raises ``OwnInvitation``, and
    ``InvitationClosed`` when it can't be answered any more."""
    with transaction.atomic():
        invitation = _lock(invitation.pk)
        if by.pk == invitation.by_id or by.email == invitation.address:
            raise errors.OwnInvitation
        if invitation.confirmed_by_id is None:
            now = timezone.now()
            Invitation.objects.filter(pk=invitation.pk).update(
                confirmed_by=by, due_at=_sending_time(now), expires_at=now + Invitation.LASTS
            )
            _record("confirm_invitation", invitation, by)


def withdraw_invitation(*, invitation: Invitation, by: User) -> None:
    """Withdraw an invitation. Raises ``InvitationClosed`` when it was answered before."""
    with transaction.atomic():
        _end(_lock(invitation.pk), Answer.WITHDRAWN, by)
        _record("withdraw_invitation", invitation, by)


def decline_invitation(*, invitation: Invitation, by: User | None) -> None:
    """Raises ``InvitationClosed``."""
    with transaction.atomic():
        _end(_lock(invitation.pk), Answer.DECLINED, by)
        _record("decline_invitation", invitation, by)


def accept_invitation(*, invitation: Invitation) -> User:
    """Do what was proposed, for the user who has the address; a new one if nobody has.

    The caller has proof that the address is the accepter's: the token of the mail, or a
    log-in. Raises ``InvitationClosed``, and ``InvitationRefused`` when it can't be done.
    """
    kind = invitations.find(invitation.kind)
    with transaction.atomic():
        kind.lock(invitation)  # first: a newer invitation holds this lock while it replaces ours
        invitation = _lock(invitation.pk)
        user = User.objects.filter(email__iexact=invitation.address).first()
        if user is None:
            user = kind.new_user(invitation)
        elif not user.is_active:
            raise errors.InvitationRefused
        if kind.replaces_earlier:  # also the letter that it came from
            _replace_open(invitation.kind, invitation.target_id, user, besides=invitation)
        kind.accept(invitation, user)
        _end(invitation, Answer.ACCEPTED, user)
        return user


def invite_by_letter(*, kind: str, target_id: UUID, department_id: UUID, by: User) -> str:
    """Make an invitation without an address; return the code for the letter.

    The target is locked by the caller, and its open invitations are replaced. Raises
    ``TooManyInvitations``.
    """
    now = timezone.now()
    _check_rate(kind, target_id, department_id, now)
    _replace_open(kind, target_id, by)
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
    _record("invite_by_letter", letter, by)
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
            letter = _lock(letter.pk)
        except errors.InvitationClosed:  # replaced meanwhile
            return
        if letter.attempts >= USES:
            return
        Invitation.objects.filter(pk=letter.pk).update(attempts=F("attempts") + 1)
        _replace_open(letter.kind, letter.target_id, None, besides=letter)
        invitation = Invitation.objects.create(
            kind=letter.kind,
            address=email.lower(),
            target_id=letter.target_id,
            department_id=letter.department_id,
            by=letter.by,
            expires_at=now + Invitation.LASTS,
            due_at=now,  # also at night: the person waits for it
        )
        _record("use_letter", invitation, None)


def send_invitations() -> int:
    """Send the invitations that are due; return how many. Any number of workers may run it.

    A worker that dies between sending and recording sends it again after ``LEASE``, with the
    same Message-ID.
    """
    sent = 0
    for _ in range(BATCH):
        invitation = _claim()
        if invitation is None:
            break
        try:
            with translation.override(settings.LANGUAGE_CODE):
                mails.send(invitation.address, compose(invitation), reference=invitation.pk)
        except Exception as error:  # its text may contain the address
            log.warning("Invitation %s was not sent: %s", invitation.pk, type(error).__name__)
            continue
        Invitation.objects.filter(pk=invitation.pk).update(sent_at=timezone.now())
        sent += 1
    return sent


def delete_old_invitations(*, before: dt.datetime) -> int:
    """Delete invitations that ended, or were made without an answer, before then."""
    return Invitation.objects.filter(expires_at__lt=before).delete()[0]


def _replace_open(
    kind: str, target_id: UUID, by: User | None, *, besides: Invitation | None = None
) -> None:
    """End the target's open invitations. The target is locked by the caller."""
    found = Invitation.objects.open(timezone.now()).filter(kind=kind, target_id=target_id)
    if besides is not None:
        found = found.exclude(pk=besides.pk)
    for earlier in found.select_for_update(no_key=True):
        _end(earlier, Answer.REPLACED, by)
        _record("replace_invitation", earlier, by)


def _record(verb: str, invitation: Invitation, by: User | None) -> None:
    record(
        verb,
        by=by,
        department_id=invitation.department_id,
        subject_id=invitations.find(invitation.kind).subject(invitation),
        of=invitation,
        after={"kind": invitation.kind},
    )


def _digest(code: str) -> str:
    """Keyed, so that a copy of the database is of no use for guessing."""
    return salted_hmac("accounts.letter", code, algorithm="sha256").hexdigest()


def _claim() -> Invitation | None:
    now = timezone.now()
    with transaction.atomic():
        invitation = (
            Invitation.objects.open(now)
            .filter(sent_at=None, due_at__lte=now, attempts__lt=ATTEMPTS)
            .select_for_update(skip_locked=True)
            .order_by("due_at")
            .first()
        )
        if invitation is not None:
            pause = LEASE * 2**invitation.attempts
            Invitation.objects.filter(pk=invitation.pk).update(
                due_at=now + pause, attempts=F("attempts") + 1
            )
        return invitation


def _sending_time(now: dt.datetime) -> dt.datetime:
    return QuietHours.configured().end_of(now) or now


def _lock(invitation_id: UUID) -> Invitation:
    """The invitation, locked. Raises ``InvitationClosed`` when it was answered or is too old."""
    found = Invitation.objects.select_for_update(no_key=True).filter(pk=invitation_id).first()
    if found is None or not found.is_open(timezone.now()):
        raise errors.InvitationClosed
    return found


def _end(invitation: Invitation, answer: Invitation.Answer, by: User | None) -> None:
    Invitation.objects.filter(pk=invitation.pk).update(
        answer=answer, answered_by=by, answered_at=timezone.now()
    )


def _check_rate(kind: str, target_id: UUID, department_id: UUID | None, now: dt.datetime) -> None:
    """The limits are for what one department makes in a day, and for what one person has open
    (a recipient and their helpers)."""
    if department_id is None:
        found = Invitation.objects.open(now).filter(kind=kind, target_id=target_id)
        limit = settings.OPEN_INVITATIONS_OF_A_PERSON
    else:
        found = Invitation.objects.filter(department_id=department_id, made_at__gt=now - A_DAY)
        limit = settings.INVITATIONS_A_DAY_OF_A_DEPARTMENT
    if found.count() >= limit:
        raise errors.TooManyInvitations
