"""Ask case workers to look at a grant again, and answer."""

from django.utils import timezone

from accounts.actions import record
from accounts.models import User
from booking.actions.locks import lock_recipient, one_transaction
from booking.models import Grant, Reassessment


def ask_reassessment(*, grant: Grant, reason: str, by: User) -> bool:
    """Ask for a new look at the grant. False when a request is open already: it stays as it is."""
    with one_transaction():
        lock_recipient(grant.recipient_id)
        asked, is_new = Reassessment.objects.get_or_create(
            grant=grant, answered_at=None, defaults={"reason": reason, "asked_by": by}
        )
        if is_new:
            _record("ask_reassessment", asked, by)
        return is_new


def answer_reassessment(*, grant: Grant, answer: str, by: User) -> bool:
    """Answer the open request in words to the department. False when none is open."""
    with one_transaction():
        lock_recipient(grant.recipient_id)
        asked = Reassessment.objects.filter(grant=grant, answered_at=None).first()
        if asked is None:
            return False
        asked.answer, asked.answered_by, asked.answered_at = answer, by, timezone.now()
        asked.save(update_fields=["answer", "answered_by", "answered_at"])
        asked.grant = grant
        _record("answer_reassessment", asked, by)
        return True


def _record(verb: str, asked: Reassessment, by: User) -> None:
    grant = asked.grant
    record(
        verb,
        by=by,
        department_id=grant.service.department_id,
        subject_id=grant.recipient_id,
        of=asked,
        after={"name": grant.service.name},  # the words are free text, and not recorded
    )
