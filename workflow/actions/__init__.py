"""Make and settle day plans, and report visits."""

from workflow.actions.plans import make_plan, plan_stale_days, settle, settle_due_days
from workflow.actions.reports import report

__all__ = ["make_plan", "plan_stale_days", "report", "settle", "settle_due_days"]
