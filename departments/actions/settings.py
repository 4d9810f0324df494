"""Change a department's settings, and record every change of its configuration."""

import uuid
from collections.abc import Mapping
from typing import Any

from django.db.models import Model

from accounts.actions import record
from accounts.models import Change, User
from database.transactions import one_transaction
from database.versions import check_version
from departments import errors, records
from departments.actions import days
from departments.models import Department

SETTINGS = (
    "name",
    "phone",
    "phone_hours",
    "is_open",
    "horizon_days",
    "slot_minutes",
    "settling_time",
    "minimum_notice_minutes",
    "change_deadline_minutes",
    "cancel_deadline_minutes",
    "travel_minutes",
    "public_holidays",
    "week_warning_days",
    "month_warning_days",
    "charges_declined",
    "charges_no_contact",
    "no_contact_minutes",
    "grants_by",
    "appeal_text",
)
MINUTES_PER_DAY = 24 * 60
# Settings that change the shifts of a day, or the days that are laid out.
LAYOUT_SETTINGS = {"horizon_days", "public_holidays"}


@one_transaction()
def change_settings(
    *,
    department: Department,
    values: Mapping[str, Any],
    by: User | None,
    reason: str = "",
    drop_named: bool = False,
    version: int | None = None,
) -> days.Impact:
    """Change some of ``SETTINGS``. Does nothing when no value differs. Raises
    ``NoticeTooLong`` when people could book nothing, and ``Stale`` when the settings have
    another version than the user's page showed."""
    unknown = values.keys() - set(SETTINGS)
    if unknown:
        raise ValueError(f"not settings of a department: {', '.join(sorted(unknown))}")
    fresh = lock_department(department)
    changed = {name: value for name, value in values.items() if getattr(fresh, name) != value}
    if not changed:
        return days.Impact()
    check_version(fresh.version, version)
    rules = days.rules_ahead(fresh)
    before = {name: getattr(fresh, name) for name in changed}
    for name, value in changed.items():
        setattr(fresh, name, value)
    if fresh.minimum_notice_minutes >= fresh.horizon_days * MINUTES_PER_DAY:
        raise errors.NoticeTooLong
    fresh.version += 1
    fresh.save(update_fields=[*changed, "version"])
    record_change(fresh, "change_settings", before=before, after=changed, by=by, reason=reason)
    if changed.keys() & LAYOUT_SETTINGS:
        return days.lay_out_again(fresh, before=rules, by=by, drop_named=drop_named)
    return days.Impact()


@one_transaction()
def undo_settings_change(
    *, change: Change, by: User | None, reason: str = "", drop_named: bool = False
) -> days.Impact:
    """Restore the settings as they were before the change. Raises ``CannotBeUndone`` when one
    of them has been changed since, and ``NoticeTooLong``."""
    department = lock_department(Department(pk=change.department_id))
    if records.settings_of(department, change.after) != change.after:
        raise errors.CannotBeUndone
    values = records.fields(change.before, Department, change.before)
    return change_settings(
        department=department, values=values, by=by, reason=reason, drop_named=drop_named
    )


def lock_department(department: Department) -> Department:
    """Lock and re-read the department.

    Serializes changes of its configuration, with the laying out that follows each.
    """
    return Department.objects.select_for_update(no_key=True).get(pk=department.pk)


def record_change(
    department: Department,
    verb: str,
    *,
    subject_id: uuid.UUID | None = None,
    of: Model | None = None,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    by: User | None,
    reason: str = "",
) -> None:
    """Record a change of the configuration, and invalidate offers cached under the old one."""
    fresh = lock_department(department)
    fresh.configuration_revision += 1
    fresh.save(update_fields=["configuration_revision"])
    record(
        verb,
        by=by,
        department_id=department.pk,
        subject_id=subject_id,
        of=of,
        before=before,
        after=after,
        reason=reason,
    )
