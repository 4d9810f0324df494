"""Show what a change would do, and save only what was shown."""

import hashlib
from collections.abc import Callable, Iterable
from typing import ParamSpec, TypeVar

from django.db import transaction

from database.transactions import one_transaction
from departments.actions.days import Impact, NamedShift
from departments.models import Shift
from departments.seats import AffectedVisit, Reseated

P = ParamSpec("P")
Result = TypeVar("Result")


def preview(action: Callable[P, Result], *args: P.args, **kwargs: P.kwargs) -> Result:
    """Run ``action``, roll it back and return its result.

    It takes the same locks as the action itself, for as long. Raises ``Busy`` and whatever the
    action raises.
    """
    with one_transaction():
        result = action(*args, **kwargs)
        transaction.set_rollback(True)
    return result


def save_if(
    is_as_previewed: Callable[[Result], bool], action: Callable[[], Result]
) -> tuple[Result, bool]:
    """Run ``action`` and save it if its result is what the user has seen; otherwise roll it
    back. Returns the result, and whether it was saved."""
    with one_transaction():
        result = action()
        is_saved = is_as_previewed(result)
        if not is_saved:
            transaction.set_rollback(True)
    return result, is_saved


def digest_of(result: Impact | Reseated, lost_shifts: Iterable[Shift] = ()) -> str:
    """Tells two previews apart by the visits and the named shifts that they affect. Empty when
    nothing is affected, as for a form that is sent without a preview."""
    impact = result if isinstance(result, Impact) else Impact(reseated=result)
    affected = [
        *_visits("unstaffed", impact.reseated.unstaffed),
        *_visits("moved", impact.reseated.moved),
        *_shifts("removed", impact.named_removed),
        *_shifts("kept", impact.named_kept),
        *_shifts("unnamed", impact.unnamed),
        *(f"lost {shift.pk}" for shift in lost_shifts),
    ]
    return hashlib.sha256("\n".join(sorted(affected)).encode()).hexdigest() if affected else ""


def _visits(how: str, visits: Iterable[AffectedVisit]) -> list[str]:
    return [f"{how} {visit.visit_id}" for visit in visits]


def _shifts(how: str, shifts: Iterable[NamedShift]) -> list[str]:
    return [f"{how} {shift.person} {shift.starts_at} {shift.ends_at}" for shift in shifts]
