"""What seating takes and returns. Times are whole seconds since 1970."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Seat:
    """One shift's working time. Nobody is at work in the ``pauses``: breaks and times away,
    in order and apart from each other."""

    id: uuid.UUID
    starts: int
    ends: int
    pauses: tuple[tuple[int, int], ...] = ()
    qualifications: frozenset[uuid.UUID] = frozenset()
    is_withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class Visit:
    """One carer's visit. ``is_fixed``: a person chose its seat, so it never moves."""

    id: uuid.UUID
    starts: int
    ends: int
    occupied_until: int
    needs: frozenset[uuid.UUID] = frozenset()
    seat: uuid.UUID | None = None
    is_fixed: bool = False


@dataclass(frozen=True, slots=True)
class Demand:
    """What is to be booked: its length and the travel after it in seconds, the
    qualifications that each carer needs, and the number of carers."""

    seconds: int
    travel: int = 0
    needs: frozenset[uuid.UUID] = frozenset()
    carers: int = 1

    def visit(self, start: int, carer: int = 0) -> Visit:
        """The visit of one carer, numbered from 0, if it started then."""
        ends = start + self.seconds
        return Visit(uuid.UUID(int=carer), start, ends, ends + self.travel, self.needs)


@dataclass(frozen=True, slots=True)
class Seated:
    """One seat for each carer, and the visits that change seats to make room."""

    seats: tuple[uuid.UUID, ...]
    moved: Mapping[uuid.UUID, uuid.UUID] = field(default_factory=dict)


class Why(StrEnum):
    NOBODY_ON = "nobody_on"  # too few qualified carers are at work then
    ALL_TAKEN = "all_taken"  # proven: more visits than carers at one moment
    NO_WAY_FOUND = "no_way_found"  # the search found no moves that make room


@dataclass(frozen=True, slots=True)
class Refused:
    """No seat. At the instant ``at`` there would be ``visits`` for ``staff`` carers who have
    all the qualifications in ``needs``. ``visits`` includes the ``carers`` to be booked."""

    why: Why
    at: int
    staff: int
    visits: int
    carers: int = 1
    needs: frozenset[uuid.UUID] = frozenset()

    @property
    def free(self) -> int:
        return max(0, self.staff - (self.visits - self.carers))
