"""Make and settle day plans, report visits and close days."""

from workflow.actions.alarms import send_alarms
from workflow.actions.closing import close_day, close_due_days
from workflow.actions.no_contacts import (
    close_as_wasted_trip,
    confirm_contact,
    end_by_report,
    note_attempt,
    open_no_contact,
)
from workflow.actions.plans import make_plan, plan_stale_days, settle, settle_due_days
from workflow.actions.reports import report, undo_report

__all__ = [
    "close_as_wasted_trip",
    "close_day",
    "close_due_days",
    "confirm_contact",
    "end_by_report",
    "make_plan",
    "note_attempt",
    "open_no_contact",
    "plan_stale_days",
    "report",
    "send_alarms",
    "settle",
    "settle_due_days",
    "undo_report",
]
