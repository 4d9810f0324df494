"""Calls about essential help that is not booked."""

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass

from accounts.models import Change
from booking.models.calls import NOTE_CALL, Outcome

DAYS = dt.timedelta(days=14)
SHOWN = 2  # of each grant, the latest first


@dataclass(frozen=True)
class Call:
    at: dt.datetime
    by: str
    outcome: Outcome


def calls_about(grant_ids: Collection[uuid.UUID], now: dt.datetime) -> dict[uuid.UUID, list[Call]]:
    """The latest calls about each of the grants, in one statement."""
    found: dict[uuid.UUID, list[Call]] = defaultdict(list)
    if not grant_ids:
        return found
    changes = Change.objects.filter(verb=NOTE_CALL, object_id__in=grant_ids, at__gt=now - DAYS)
    for change in changes.select_related("actor").order_by("-at", "-id"):
        assert change.object_id is not None
        calls = found[change.object_id]
        if len(calls) < SHOWN:
            by = change.actor.full_name if change.actor else ""
            calls.append(Call(change.at, by, Outcome(change.after["outcome"])))
    return found
