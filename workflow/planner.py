"""Plan one day: which shift has which visits. A pure function of its input.

An *assignment* gives each visit a *shift*, or None when it is *unstaffed*. The *incumbent*
is the present assignment; a plan is never worse. The *objective* is a plan's cost, and no
plan costs less than the *bound* (None when unknown). Times are seconds since the epoch.
"""

import uuid
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass

Assignment = Mapping[uuid.UUID, uuid.UUID | None]

# Costs, most important first.
UNSTAFFED = 10_000.0  # per unstaffed visit
STRANGER = 60.0  # per visit by a carer the recipient has not met lately, or on an unnamed shift
SEEN = 20.0  # per visit by a carer the recipient has met lately
TRAVEL = 1.0  # per minute of travel between two visits
UNFAIR = 0.25  # per minute of visits above the shift's share of the day


@dataclass(frozen=True)
class Shift:
    id: uuid.UUID
    person_id: uuid.UUID | None
    starts: int
    ends: int


@dataclass(frozen=True)
class Visit:
    """``travel`` is the seconds of travel to a following visit."""

    id: uuid.UUID
    recipient_id: uuid.UUID
    starts: int
    ends: int
    travel: int = 0


@dataclass(frozen=True)
class PlanningDay:
    """One day's shifts and visits. ``seen`` has (person, recipient) who met lately."""

    shifts: Collection[Shift]
    visits: Collection[Visit]
    seen: frozenset[tuple[uuid.UUID, uuid.UUID]] = frozenset()


@dataclass(frozen=True)
class Plan:
    assignment: Assignment
    objective: float
    bound: float | None


def plan(day: PlanningDay, incumbent: Assignment) -> Plan:
    """The incumbent and its cost."""
    return Plan(assignment=dict(incumbent), objective=cost(day, incumbent), bound=None)


def lists(day: PlanningDay, assignment: Assignment) -> dict[uuid.UUID, list[Visit]]:
    """Each shift's visits in order; shifts without visits are included."""
    by_shift: dict[uuid.UUID, list[Visit]] = {shift.id: [] for shift in day.shifts}
    for visit in sorted(day.visits, key=lambda visit: (visit.starts, visit.ends, visit.id)):
        shift_id = assignment[visit.id]
        if shift_id is not None:
            by_shift[shift_id].append(visit)
    return by_shift


def cost(day: PlanningDay, assignment: Assignment) -> float:
    person_of = {shift.id: shift.person_id for shift in day.shifts}
    total = 0.0
    load: dict[uuid.UUID, int] = defaultdict(int)
    for shift_id, visits in lists(day, assignment).items():
        for visit in visits:
            is_known = (person_of[shift_id], visit.recipient_id) in day.seen
            total += SEEN if is_known else STRANGER
            load[shift_id] += visit.ends - visit.starts
        total += sum(visit.travel for visit in visits[:-1]) / 60 * TRAVEL

    hours = sum(shift.ends - shift.starts for shift in day.shifts)
    work = sum(load.values())
    for shift in day.shifts:
        fair = work * (shift.ends - shift.starts) / hours
        total += max(0.0, load[shift.id] - fair) / 60 * UNFAIR

    return total + UNSTAFFED * sum(assignment[visit.id] is None for visit in day.visits)
