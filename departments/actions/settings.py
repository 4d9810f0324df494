"""Change a department's settings, and record every change of its configuration."""

from collections.abc import Mapping
from typing import Any

from accounts.models import User
from database.transactions import one_transaction
from database.versions import check_version
from departments.actions import days
from departments.models import ConfigurationChange, Department
from departments.records import plain

SETTINGS = (
    "name",
    "phone",
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
)
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
    """Change some of ``SETTINGS``. Does nothing when no value differs. Raises ``Stale`` when
    the settings have another version than the user's page showed."""
    unknown = values.keys() - set(SETTINGS)
    if unknown:
        raise ValueError(f"not settings of a department: {', '.join(sorted(unknown))}")
    fresh = lock_department(department)
    changed = {name: value for name, value in values.items() if getattr(fresh, name) != value}
    if not changed:
        return days.Impact()
    check_version(fresh.version, version)
    before = {name: getattr(fresh, name) for name in changed}
    for name, value in changed.items():
        setattr(fresh, name, value)
    fresh.version += 1
    fresh.save(update_fields=[*changed, "version"])
    record_change(fresh, "change_settings", before=before, after=changed, by=by, reason=reason)
    if changed.keys() & LAYOUT_SETTINGS:
        return days.lay_out_again(fresh, by=by, drop_named=drop_named)
    return days.Impact()


def lock_department(department: Department) -> Department:
    """Lock and re-read the department.

    Serializes changes of its configuration, with the laying out that follows each.
    """
    return Department.objects.select_for_update(no_key=True).get(pk=department.pk)


def record_change(
    department: Department,
    what: str,
    *,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    by: User | None,
    reason: str = "",
) -> None:
    """Record who changed what, and invalidate offers cached under the old configuration."""
    fresh = lock_department(department)
    fresh.configuration_revision += 1
    fresh.save(update_fields=["configuration_revision"])
    ConfigurationChange.objects.create(
        department=fresh,
        what=what,
        before=plain(before or {}),
        after=plain(after or {}),
        by=by,
        reason=reason,
    )
