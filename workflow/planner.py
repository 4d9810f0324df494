"""Who goes where on one day: values in, values out.

A *visit* goes to one *shift* or stays *unstaffed* (None); an *assignment* says which for
every visit. The *incumbent* is the assignment that stands, a plan is never worse, and
its *objective* is what it costs (lower is better). A *bound* is a proof that no plan
costs less; None while nothing is proven. Times are seconds since the epoch.
"""

import uuid
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass

Assignment = Mapping[uuid.UUID, uuid.UUID | None]

# In this order of weight.
UNSTAFFED = 10_000.0  # a visit nobody takes
STRANGER = 60.0  # a visit by somebody the recipient has not met lately, or nobody knows who
SEEN = 20.0  # a visit by somebody they have met
TRAVEL = 1.0  # a minute between two visits
UNFAIR = 0.25  # a minute of visits above one's share of the day


@dataclass(frozen=True)
class Shift:
    id: uuid.UUID
    person_id: uuid.UUID | None
    starts: int
    ends: int


@dataclass(frozen=True)
class Visit:
    """``travel`` is the seconds kept free after it, spent when another visit follows."""

    id: uuid.UUID
    recipient_id: uuid.UUID
    starts: int
    ends: int
    travel: int = 0


@dataclass(frozen=True)
class PlanningDay:
    """One day's shifts and visits. ``seen`` are (person, recipient) who met lately."""

    shifts: Collection[Shift]
    visits: Collection[Visit]
    seen: frozenset[tuple[uuid.UUID, uuid.UUID]] = frozenset()


@dataclass(frozen=True)
class Plan:
    assignment: Assignment
    objective: float
    bound: float | None


def plan(day: PlanningDay, incumbent: Assignment) -> Plan:
    """The seats as they stand, and what they cost."""
    return Plan(assignment=dict(incumbent), objective=cost(day, incumbent), bound=None)


def lists(day: PlanningDay, assignment: Assignment) -> dict[uuid.UUID, list[Visit]]:
    """Each shift's visits in the order they are made; shifts without visits too."""
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
