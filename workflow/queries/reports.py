"""What was reported of a visit before."""

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from accounts.models import Change, User
from workflow.models import Report


@dataclass(frozen=True)
class EarlierReport:
    """A version of a report that was replaced. Its note is not kept."""

    outcome: str
    at: dt.datetime
    by: User | None
    reason: str


def earlier_reports(report: Report) -> list[EarlierReport]:
    """Newest first."""
    changes = list(
        Change.objects.filter(verb="report", object_id=report.pk).order_by("-at", "-pk")
    )
    users = User.objects.in_bulk({UUID(change.before["person"]) for change in changes})
    return [
        EarlierReport(
            outcome=change.before["outcome"],
            at=dt.datetime.fromisoformat(change.before["at"]),
            by=users.get(UUID(change.before["person"])),
            reason=change.before["reason"],
        )
        for change in changes
    ]
