"""Which services can never be booked, from what the department has to offer.

A warning, not a proof: hours that fit a visit may still be taken, or be those of people who
lack the qualification.
"""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum


class Lack(StrEnum):
    LENGTH = "length"  # no shift is that long without a break
    QUALIFICATION = "qualification"  # nobody has all that is required
    CARERS = "carers"  # fewer are at work at the same time


@dataclass(frozen=True)
class Shortage:
    """A service, what the department lacks for it, and the most that it has: minutes or carers."""

    service: str
    lack: Lack
    needed: int = 0
    most: int = 0
    qualifications: tuple[str, ...] = ()


@dataclass(frozen=True)
class WorkTime:
    """The seconds of one shift: from, to, and the break."""

    starts: int
    ends: int
    pause: tuple[int, int] | None = None

    @property
    def longest(self) -> int:
        """The longest time without a break, in seconds."""
        if self.pause is None:
            return self.ends - self.starts
        rest, back = self.pause
        return max(rest - self.starts, self.ends - back)


@dataclass(frozen=True)
class Supply:
    """The shifts of the coming weeks, and the sets of qualifications that shifts and
    employees have."""

    shifts: Sequence[WorkTime]
    qualifications: frozenset[frozenset[uuid.UUID]]

    @property
    def longest(self) -> int:
        return max((shift.longest // 60 for shift in self.shifts), default=0)

    @property
    def most_at_once(self) -> int:
        changes = [(shift.starts, 1) for shift in self.shifts]
        changes += [(shift.ends, -1) for shift in self.shifts]
        at_work = most = 0
        for _, change in sorted(changes):  # at the same second, ends come before starts
            at_work += change
            most = max(most, at_work)
        return most

    def has_all(self, needed: frozenset[uuid.UUID]) -> bool:
        return not needed or any(needed <= held for held in self.qualifications)


@dataclass(frozen=True)
class Required:
    """What one carer of a service must have, and how many carers and minutes it takes."""

    service: str
    minutes: int
    carers: int
    qualifications: tuple[tuple[uuid.UUID, str], ...] = ()


def shortages(services: Iterable[Required], supply: Supply) -> list[Shortage]:
    """None for a department without shifts, which is still being set up."""
    longest, most = supply.longest, supply.most_at_once
    if not longest:
        return []
    found = []
    for one in services:
        needed = frozenset(id_ for id_, _ in one.qualifications)
        if not supply.has_all(needed):
            names = tuple(name for _, name in one.qualifications)
            found.append(Shortage(one.service, Lack.QUALIFICATION, qualifications=names))
        if one.minutes > longest:
            found.append(Shortage(one.service, Lack.LENGTH, one.minutes, longest))
        if one.carers > most:
            found.append(Shortage(one.service, Lack.CARERS, one.carers, most))
    return found
