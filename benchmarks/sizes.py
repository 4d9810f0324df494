"""How much data a run has, and how long it measures."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Sizes:
    """Number of departments, of staff in each, in the largest and in each of the two that
    are compared when one is saturated, and of past bookings."""

    departments: int
    staff: int
    largest: int
    saturated: int
    history: int


@dataclass(frozen=True)
class Effort:
    """How long to measure."""

    rounds: int
    pages: int  # requested in each round
    waves: int  # of 32 bookings in each round
    requests: tuple[int, int]  # after which a worker's memory is read


DAYS = 14
SLOTS_A_DAY = 32
