"""How much data a run has, and how long it looks."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Sizes:
    """How much data: departments, staff in each of them, in one large one beside them and
    in the two that are compared when one is saturated; and bookings of days gone by."""

    departments: int
    staff: int
    largest: int
    saturated: int
    history: int


@dataclass(frozen=True)
class Effort:
    """How long to look; the figures are the same, only less sure."""

    rounds: int
    pages: int  # asked for in each round
    waves: int  # of 32 bookings in each round
    requests: tuple[int, int]  # after which a worker's memory is looked at


DAYS = 14


SLOTS_A_DAY = 32
