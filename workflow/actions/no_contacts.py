"""Visits at which the carer got no contact: what was tried, and who met the recipient.

A ``NoContact`` is opened by a report. It is open until a named person has seen or spoken to
the recipient: closing the day, midnight and a change of duty leave it as it is.
"""

import datetime as dt
import uuid

from django.db import transaction
from django.utils import timezone

from accounts.actions import record
from accounts.models import User
from booking.models import Visit
from workflow.actions.charges import charge_by_reports, lock_recipient_of
from workflow.errors import NotConfirmed, NotConfirmedYet
from workflow.models import Attempt, NoContact
from workflow.queries.no_contacts import needs_contact


def open_no_contact(*, visit_id: uuid.UUID, by: User) -> NoContact | None:
    """Open it, and let the alarm be sent at once. A part of ``report``, which holds the
    visit's lock. None where nobody needs to look for the recipient.

    No ``Change`` is recorded: recipients and helpers read those that concern them.
    """
    visit = Visit.objects.select_related("booking__service", "booking__grant").get(pk=visit_id)
    if not needs_contact(visit):
        return None
    now = timezone.now()
    found, _is_new = NoContact.objects.get_or_create(
        visit=visit,
        confirmed_at=None,
        defaults={"opened_at": now, "opened_by": by, "alarm_due_at": now},
    )
    return found


def note_attempt(
    *,
    key: uuid.UUID,
    no_contact: NoContact,
    step: str,
    result: str,
    by: User,
    contact_id: uuid.UUID | None = None,
) -> Attempt:
    """Note what was tried, and when. ``key`` is the form's: sent twice, it is noted once."""
    attempt, _is_new = Attempt.objects.get_or_create(
        pk=key,
        no_contact=no_contact,
        defaults={
            "step": step,
            "result": Attempt.Result(result),
            "contact_id": contact_id,
            "at": timezone.now(),
            "by": by,
        },
    )
    return attempt


def confirm_contact(
    *, no_contact: NoContact, how: str, met_at: dt.datetime | None = None, by: User
) -> NoContact:
    """Record that ``by`` has seen or spoken to the recipient at ``met_at``, now by default.

    This ends the alarm, and decides whether the visit counts in the quota. Confirming
    twice keeps who was first.
    """
    with transaction.atomic():
        lock_recipient_of(no_contact.visit_id)
        found = _locked(no_contact.pk)
        if found.is_open:
            _confirm(found, how=how, met_at=met_at, by=by)
            charge_by_reports(
                Visit.objects.values_list("booking", flat=True).get(pk=found.visit_id)
            )
    return found


def close_as_wasted_trip(*, no_contact: NoContact, by: User) -> NoContact:
    """Close it; the visit counts as a wasted trip in the figures, and nowhere else.

    Raises ``NotConfirmedYet`` while nobody has met the recipient.
    """
    with transaction.atomic():
        found = _locked(no_contact.pk)
        if found.is_open:
            raise NotConfirmedYet
        if found.closed_at is None:
            found.closed_at = timezone.now()
            found.save(update_fields=["closed_at"])
            _record("close_no_contact", found, by)
    return found


def end_by_report(*, visit_id: uuid.UUID, by: User, how: str) -> None:
    """End the visit's open or confirmed ``NoContact``, because the report is corrected. A part
    of ``report``, which holds the visit's lock.

    Raises ``NotConfirmed`` if it is open and the report does not say how ``by`` met the
    recipient.
    """
    for found in NoContact.objects.select_for_update().filter(visit=visit_id, closed_at=None):
        if found.is_open:
            if not how:
                raise NotConfirmed
            _confirm(found, how=how, met_at=None, by=by)
        found.closed_at = timezone.now()
        found.save(update_fields=["closed_at"])


def _locked(pk: uuid.UUID) -> NoContact:
    """Raises ``NoContact.DoesNotExist``."""
    return NoContact.objects.select_for_update().get(pk=pk)


def _confirm(found: NoContact, *, how: str, met_at: dt.datetime | None, by: User) -> None:
    found.confirmed_at, found.confirmed_by = timezone.now(), by
    found.how, found.met_at = NoContact.How(how), met_at or found.confirmed_at
    found.alarm_due_at = None
    found.save()
    _record("confirm_contact", found, by)


def _record(verb: str, found: NoContact, by: User) -> None:
    visit = Visit.objects.select_related("booking__service").get(pk=found.visit_id)
    after = {
        "name": visit.booking.service.name,
        "starts_at": visit.starts_at,
        "ends_at": visit.ends_at,
    }
    if found.how:
        after |= {"how": found.how, "met_at": found.met_at}
    record(
        verb,
        by=by,
        department_id=visit.booking.service.department_id,
        subject_id=visit.booking.recipient_id,
        of=found,
        after=after,
    )
