"""Report what happened at a visit, which decides whether it counts in the quota."""

import datetime as dt
import uuid

from django.db import transaction
from django.utils import timezone

from accounts.actions import record
from accounts.changes import CHANGED, PERSON
from accounts.models import User
from booking.models import Visit
from departments.models import Employee
from departments.queries import duty_department, taken_off
from workflow.actions.charges import charge_by_reports, lock_recipient_of
from workflow.actions.no_contacts import end_by_report, open_no_contact
from workflow.errors import (
    DayClosed,
    NotYet,
    NotYourVisit,
    ReasonMissing,
    ReportedByAnother,
    TooLateToUndo,
)
from workflow.models import Report

# Of the visit that is reported.
_FACTS = (
    "starts_at",
    "shift_id",
    "shift__person_id",
    "day__department_id",
    "day__date",
    "day__closed_at",
)


def report(
    *,
    visit: Visit,
    outcome: str,
    by: User,
    note: str = "",
    reason: str = "",
    seen: int | None = None,
    how: str = "",
) -> Report:
    """Report a visit's outcome, or correct it. A ``Change`` keeps what a report replaces, and the
    booking stops to count in the quota, or counts again, as ``booking.quota.is_charged`` says.

    The carer who has the visit, or had its shift when it began, may report it until the
    department closes the day, and so may the day's duty lead; the department's administrators
    may also report it later, with a ``reason``. ``seen`` is the version that the user's page
    showed, 0 without a report.

    *No contact* opens a ``NoContact`` where somebody must then meet the recipient. Another
    outcome ends an open one only with ``how`` the user has met them (``NoContact.How``).

    Raises ``NotConfirmed`` without that, ``NotYourVisit`` for other users, ``NotYet`` earlier
    than ``Report.OPENS`` before the visit, ``DayClosed``, ``ReasonMissing``, and
    ``ReportedByAnother`` when somebody else has reported it since ``seen``.
    """
    with transaction.atomic():
        lock_recipient_of(visit.pk)
        now = timezone.now()
        _check_may_report(visit, by=by, reason=reason, now=now)
        outcome = Report.Outcome(outcome)
        new = Report(visit=visit, outcome=outcome, note=note, reason=reason, by=by, at=now)
        before = Report.objects.select_related("by").filter(visit=visit).first()
        if before is not None:
            if seen not in (None, before.version) and before.by_id != by.pk:
                raise ReportedByAnother(before)
            if _content(new) == _content(before):
                return before
            if new.outcome != Report.Outcome.NO_CONTACT:
                end_by_report(visit_id=visit.pk, by=by, how=how)
            new.pk, new.version = before.pk, before.version + 1
            _record(before, new)
        new.save(force_insert=before is None, force_update=before is not None)
        was = before and before.outcome
        if new.outcome == Report.Outcome.NO_CONTACT != was:
            open_no_contact(visit_id=visit.pk, by=by)
        charge_by_reports(visit.booking_id)
    return new


def _check_may_report(visit: Visit, *, by: User, reason: str, now: dt.datetime) -> None:
    """Lock the visit, so that it is not moved to another carer's list meanwhile."""
    found = (
        Visit.objects.select_for_update(of=("self",), no_key=True)
        .filter(pk=visit.pk)
        .values_list(*_FACTS)
        .first()
    )
    if found is None:
        raise NotYourVisit
    starts_at, shift_id, person_id, department_id, date, closed_at = found
    is_carer = person_id == by.pk or _was_on_shift(by, shift_id, starts_at)
    is_lead = not is_carer and not closed_at and _is_duty_lead(by, department_id, date)
    if (not is_carer or closed_at) and not is_lead and not _is_administrator(by, department_id):
        raise DayClosed if is_carer else NotYourVisit
    if starts_at - Report.OPENS > now:
        raise NotYet
    if closed_at and not reason:
        raise ReasonMissing


def undo_report(*, visit: Visit, by: User) -> None:
    """Delete one's own report of "done", as if the button had not been pressed. A ``Change``
    keeps it. Undoing twice changes nothing.

    Raises ``TooLateToUndo`` after ``Report.UNDO_WITHIN``, once the report was corrected or the
    day was closed, and for other outcomes, which may have been acted upon.
    """
    with transaction.atomic():
        lock_recipient_of(visit.pk)
        Visit.objects.select_for_update(of=("self",), no_key=True).filter(pk=visit.pk).first()
        found = Report.objects.select_related("visit__day").filter(visit=visit).first()
        if found is None:
            return
        is_lately = timezone.now() <= found.at + Report.UNDO_WITHIN
        is_as_made = found.version == 1 and found.outcome == Report.Outcome.DONE
        is_open = found.by_id == by.pk and not found.visit.day.is_closed
        if not (is_lately and is_as_made and is_open):
            raise TooLateToUndo
        _record_undone(found)
        found.delete()
        charge_by_reports(visit.booking_id)  # of the other carer, if there is one


def _record_undone(report: Report) -> None:
    visit = Visit.objects.select_related("booking__service").get(pk=report.visit_id)
    record(
        "undo_report",
        by=report.by,
        department_id=visit.booking.service.department_id,
        subject_id=visit.booking.recipient_id,
        of=report,
        before={"outcome": report.outcome, "at": report.at},
        after={
            "name": visit.booking.service.name,
            "starts_at": visit.starts_at,
            "ends_at": visit.ends_at,
        },
    )


def _content(report: Report) -> tuple[object, ...]:
    return report.outcome, report.note, report.reason, report.by_id


def _record(old: Report, new: Report) -> None:
    """Record that the report replaces the old one. Notes are free text and are only named."""
    visit = Visit.objects.select_related("booking__service").get(pk=new.visit_id)
    is_no_contact = new.outcome == Report.Outcome.NO_CONTACT
    what = {
        "outcome": new.outcome,
        "name": visit.booking.service.name,
        "starts_at": visit.starts_at,
        "ends_at": visit.ends_at,
    }
    if new.note != old.note:
        what[CHANGED] = ["note"]
    record(
        "report",
        by=new.by,
        department_id=visit.booking.service.department_id,
        # The recipient reads the changes about them: nothing of a visit without contact.
        subject_id=None if is_no_contact else visit.booking.recipient_id,
        of=new,
        before={
            "outcome": old.outcome,
            "reason": old.reason,
            "at": old.at,
            PERSON: old.by_id,
        },
        after=what,
        reason=new.reason,
    )


def _was_on_shift(user: User, shift_id: uuid.UUID | None, at: dt.datetime) -> bool:
    """Whether the user's name was taken off the shift only after ``at``."""
    return (
        shift_id is not None and taken_off(user.pk).filter(object_id=shift_id, at__gt=at).exists()
    )


def _is_duty_lead(user: User, department_id: uuid.UUID, date: dt.date) -> bool:
    return duty_department(user, department_id, date, timezone.now()) is not None


def _is_administrator(user: User, department_id: uuid.UUID) -> bool:
    return (
        Employee.objects.held_by(user, timezone.now())
        .administrators()
        .filter(department=department_id)
        .exists()
    )
