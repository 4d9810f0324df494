"""The minutes that absences take out of a shift. Pure functions."""

import uuid
from collections.abc import Iterable

from departments.hours import Interval


def shares_of(
    absences: Iterable[tuple[uuid.UUID, Interval]], period: Interval
) -> dict[uuid.UUID, Interval]:
    """What each absence takes out of ``period``, by its id. Minutes that several absences
    cover belong to the one that begins first.

    08–10 and 09–12 of a shift 09–16 │ 09–10 and 10–12
    """
    shares = {}
    until = period.start
    for id_, absence in sorted(absences, key=lambda one: (one[1].start, one[1].end, one[0])):
        start, end = max(absence.start, until), min(absence.end, period.end)
        if start < end:
            shares[id_] = Interval(start, end)
            until = end
    return shares


def joined(periods: Iterable[Interval]) -> list[Interval]:
    """Periods in order and apart from each other: those that touch or overlap are one."""
    found: list[Interval] = []
    for period in sorted(periods, key=lambda one: (one.start, one.end)):
        if found and period.start <= found[-1].end:
            found[-1] = Interval(found[-1].start, max(found[-1].end, period.end))
        else:
            found.append(period)
    return found
