"""Text messages about visits without contact, until a person has met the recipient.

The first goes at once to the duty phone, the second after the department's minutes, and from
the third on they go to its administrators too. Quiet hours and the number of messages a day do
not apply. When the next one is due stands in the database. Sending is at least once: a worker
that dies after sending leaves ``LEASE``, and the gateway knows the reference.
"""

import datetime as dt
import logging
import uuid
from collections.abc import Iterator
from typing import NamedTuple

from django.db import transaction
from django.utils import timezone, translation

from accounts.messages import mails, sms
from accounts.models import User
from accounts.phones import mobile_number
from departments.models import Department, Employee
from departments.phones import staff_phone_of
from workflow.models import NoContact
from workflow.notices import no_contact_words

log = logging.getLogger(__name__)

LEASE = dt.timedelta(minutes=1)  # also the pause after an attempt that failed
ONLY_DUTY = 2  # alarms that go to the duty phone alone
BATCH = 100


class _Target(NamedTuple):
    """Where an alarm goes: a mobile number or an e-mail address, and the reader's language.
    ``key`` tells the targets of one alarm apart."""

    key: str
    number: str
    email: str
    language: str


def send_alarms() -> int:
    """Send the alarms that are due; return how many visits they were about."""
    sent = 0
    for _ in range(BATCH):
        found = _claim()
        if found is None:
            break
        sent += _send(found)
    return sent


def _claim() -> NoContact | None:
    """The one that has been due the longest. It is due again after ``LEASE``."""
    now = timezone.now()
    with transaction.atomic():
        found = (
            NoContact.objects.filter(alarm_due_at__lte=now)
            .select_for_update(skip_locked=True, of=("self",))
            .select_related("visit__day__department")
            .order_by("alarm_due_at")
            .first()
        )
        if found is not None:
            found.alarm_due_at = now + LEASE
            found.save(update_fields=["alarm_due_at"])
        return found


def _send(found: NoContact) -> bool:
    """Send one alarm to all who get it. The administrators get it as well when the duty phone
    could not be reached."""
    department = found.visit.day.department
    reached = [_reach(found, target) for target in _duty(department)]
    reached_duty = any(reached)
    if not reached_duty or found.alarms >= ONLY_DUTY:
        reached += [_reach(found, target) for target in _administrators(department)]
    if not any(reached):
        log.error("No alarm about visit without contact %s could be sent", found.pk)
        return False
    now = timezone.now()
    NoContact.objects.filter(pk=found.pk, alarm_due_at__isnull=False).update(
        alarm_due_at=now + dt.timedelta(minutes=department.no_contact_minutes),
        alarms=found.alarms + 1,
        alarmed_at=now,
        reached_duty=reached_duty,
    )
    return True


def _reach(found: NoContact, target: _Target) -> bool:
    """Whether the text message, or else the e-mail, was handed over."""
    reference = uuid.uuid5(found.pk, f"{found.alarms}:{target.key}")
    try:
        with translation.override(target.language):
            words = no_contact_words(found)
            if target.number:
                text = " ".join(words.lines)  # without whom to call: it may be the duty phone
                sms.gateway().send(number=target.number, text=text, reference=str(reference))
            else:
                mails.send(target.email, words, reference=reference)
    except Exception as error:  # the others must still be told; its text may carry the address
        log.warning("Alarm %s failed: %s", reference, type(error).__name__)
        return False
    return True


def _duty(department: Department) -> Iterator[_Target]:
    number = mobile_number(staff_phone_of(department))
    if number and sms.is_offered():
        yield _Target("duty", number, "", translation.get_language() or "")


def _administrators(department: Department) -> Iterator[_Target]:
    employed = Employee.objects.active(timezone.localdate()).administrators()
    people = User.objects.filter(
        employments__in=employed.filter(department=department), is_active=True
    )
    for person in people.distinct().order_by("pk"):
        number = mobile_number(person.phone) if sms.is_offered() else ""
        if number or person.message_email:
            yield _Target(str(person.pk), number, person.message_email, person.language)
