"""Which shifts stay when a day is laid out again.

``Standing`` shifts are there already; ``drafts`` are what the hours now ask for. A
standing shift that finds a draft is kept and takes the draft's hours; one that finds
none is *surplus*; a draft that finds none is *missing*.
"""

import uuid
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from departments.hours import Interval, ShiftDraft


@dataclass(frozen=True)
class Standing:
    """A shift as it stands, and the times of the visits on it."""

    id: uuid.UUID
    period: Interval
    pause: Interval | None
    hours_id: uuid.UUID | None
    is_named: bool = False
    is_withdrawn: bool = False
    visits: Sequence[Interval] = ()

    @property
    def worth(self) -> tuple[bool, bool, int]:
        """Who stays when staff is cut: a named shift before an unnamed one, a person at
        work before one who is away, a full list before an empty one."""
        return self.is_named, not self.is_withdrawn, len(self.visits)

    def visits_kept(self, draft: ShiftDraft) -> int:
        return sum(
            draft.period.contains(visit)
            and not (draft.pause is not None and draft.pause.overlaps(visit))
            for visit in self.visits
        )


@dataclass(frozen=True)
class Match:
    kept: list[tuple[Standing, ShiftDraft]]
    surplus: list[Standing]
    missing: list[ShiftDraft]


def match(standing: Iterable[Standing], drafts: Iterable[ShiftDraft]) -> Match:
    """Keep by equality, then by the visits kept, then by overlap.

    The order of the input does not matter.
    """
    wanted = Counter(drafts)
    left = sorted(standing, key=lambda shift: (*shift.worth, shift.id), reverse=True)
    kept: list[tuple[Standing, ShiftDraft]] = []

    def keep(shift: Standing, draft: ShiftDraft) -> None:
        kept.append((shift, draft))
        left.remove(shift)
        wanted[draft] -= 1

    for shift in list(left):
        equal = [draft for draft, count in wanted.items() if count and _is_same(shift, draft)]
        if equal:
            keep(
                shift,
                max(equal, key=lambda draft: (draft.hours_id == shift.hours_id, str(draft))),
            )

    pairs = [
        (shift, draft)
        for shift in left
        for draft, count in wanted.items()
        if count and shift.period.overlaps(draft.period)
    ]
    pairs.sort(
        key=lambda pair: (
            pair[0].is_named,
            pair[0].visits_kept(pair[1]),
            pair[0].period.overlap(pair[1].period),
            pair[0].worth,
            pair[0].id,
            str(pair[1].hours_id),
        ),
        reverse=True,
    )
    for shift, draft in pairs:
        if wanted[draft] and shift in left:
            keep(shift, draft)

    return Match(kept=kept, surplus=left, missing=list(wanted.elements()))


def _is_same(shift: Standing, draft: ShiftDraft) -> bool:
    return shift.period == draft.period and shift.pause == draft.pause
