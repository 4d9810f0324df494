"""What seating takes and returns. Times are whole seconds since 1970."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Seat:
    id: uuid.UUID
    starts: int
    ends: int
    pause: tuple[int, int] | None = None
    skills: frozenset[uuid.UUID] = frozenset()
    is_withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class Visit:
    """``is_fixed``: a person decided who goes, so it stays where it is."""

    id: uuid.UUID
    starts: int
    ends: int
    occupied_until: int
    needs: frozenset[uuid.UUID] = frozenset()
    seat: uuid.UUID | None = None
    is_fixed: bool = False


@dataclass(frozen=True, slots=True)
class Demand:
    """A service as seating sees it: so long, so much travel after it, so many carers."""

    seconds: int
    travel: int = 0
    needs: frozenset[uuid.UUID] = frozenset()
    carers: int = 1

    def visit(self, start: int, carer: int = 0) -> Visit:
        ends = start + self.seconds
        return Visit(uuid.UUID(int=carer), start, ends, ends + self.travel, self.needs)


@dataclass(frozen=True, slots=True)
class Seated:
    """One seat for each carer, and the visits that change seats to make room."""

    seats: tuple[uuid.UUID, ...]
    moved: Mapping[uuid.UUID, uuid.UUID] = field(default_factory=dict)


class Why(StrEnum):
    NOBODY_ON = "nobody_on"  # too few qualified staff are on then at all
    ALL_TAKEN = "all_taken"  # proven: more visits than staff at one moment
    NO_WAY_FOUND = "no_way_found"  # no re-seating was found that makes room


@dataclass(frozen=True, slots=True)
class Refused:
    """Why not. At the instant ``at`` there would be ``visits`` for ``staff`` who know all
    of ``needs``: the ``carers`` asked for, and those that are there already."""

    why: Why
    at: int
    staff: int
    visits: int
    carers: int = 1
    needs: frozenset[uuid.UUID] = frozenset()

    @property
    def free(self) -> int:
        return max(0, self.staff - (self.visits - self.carers))
