"""Match the shifts of a day with those that its hours need.

``ExistingShift`` is a shift in the database, a ``ShiftDraft`` one that the hours need. A
shift with a matching draft is *kept* and takes the draft's hours. A shift without one is
*surplus*; a draft without a shift is *missing*.
"""

import uuid
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from departments.hours import Interval, ShiftDraft


class Priority(NamedTuple):
    is_named: bool
    is_at_work: bool
    visits: int


@dataclass(frozen=True)
class ExistingShift:
    """A shift in the database, and the times of its visits."""

    id: uuid.UUID
    period: Interval
    pause: Interval | None
    hours_id: uuid.UUID | None
    is_named: bool = False
    is_withdrawn: bool = False
    visits: Sequence[Interval] = ()

    @property
    def priority(self) -> Priority:
        """The shifts with the highest priority are kept when there are too many."""
        return Priority(self.is_named, not self.is_withdrawn, len(self.visits))

    def visits_kept(self, draft: ShiftDraft) -> int:
        return sum(
            draft.period.contains(visit)
            and not (draft.pause is not None and draft.pause.overlaps(visit))
            for visit in self.visits
        )


class Pair(NamedTuple):
    shift: ExistingShift
    draft: ShiftDraft


@dataclass(frozen=True)
class Match:
    kept: list[Pair]
    surplus: list[ExistingShift]
    missing: list[ShiftDraft]


def match(existing: Iterable[ExistingShift], drafts: Iterable[ShiftDraft]) -> Match:
    """Match equal times first, then by the visits that can stay, then by overlap.

    The result does not depend on the order of the input.
    """
    wanted = Counter(drafts)
    left = sorted(existing, key=lambda shift: (*shift.priority, shift.id), reverse=True)
    kept: list[Pair] = []

    def keep(shift: ExistingShift, draft: ShiftDraft) -> None:
        kept.append(Pair(shift, draft))
        left.remove(shift)
        wanted[draft] -= 1

    for shift in list(left):
        equal = [
            draft for draft, count in wanted.items() if count and _has_same_times(shift, draft)
        ]
        if equal:
            keep(
                shift,
                max(equal, key=lambda draft: (draft.hours_id == shift.hours_id, str(draft))),
            )

    pairs = [
        Pair(shift, draft)
        for shift in left
        for draft, count in wanted.items()
        if count and shift.period.overlaps(draft.period)
    ]
    pairs.sort(
        key=lambda pair: (
            pair.shift.is_named,
            pair.shift.visits_kept(pair.draft),
            pair.shift.period.overlap(pair.draft.period),
            pair.shift.priority,
            pair.shift.id,
            str(pair.draft.hours_id),
        ),
        reverse=True,
    )
    for shift, draft in pairs:
        if wanted[draft] and shift in left:
            keep(shift, draft)

    return Match(kept=kept, surplus=left, missing=list(wanted.elements()))


def _has_same_times(shift: ExistingShift, draft: ShiftDraft) -> bool:
    return shift.period == draft.period and shift.pause == draft.pause
