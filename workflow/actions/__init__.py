"""Make and settle day plans, report visits and close days."""

from workflow.actions.closing import close_day, close_due_days
from workflow.actions.plans import make_plan, plan_stale_days, settle, settle_due_days
from workflow.actions.reports import report, undo_report

__all__ = [
    "close_day",
    "close_due_days",
    "make_plan",
    "plan_stale_days",
    "report",
    "settle",
    "settle_due_days",
    "undo_report",
]
