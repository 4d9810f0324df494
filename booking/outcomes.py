"""The port upwards: what became of a visit that is over.

Booking never imports the storey that reports. That one registers its ``Outcomes`` when it
starts; until somebody does, a visit that is over is only over.
"""

import uuid
from collections.abc import Collection, Mapping
from enum import StrEnum
from typing import Protocol


class Outcome(StrEnum):
    """In neutral words: nobody is blamed, and nothing is counted up."""

    DONE = "done"
    NOT_FOUND = "not_found"  # the carer came, and did not meet the person
    COULD_NOT_COME = "could_not_come"


class Outcomes(Protocol):
    def of(self, bookings: Collection[uuid.UUID]) -> Mapping[uuid.UUID, Outcome]:
        """For those of the bookings that somebody has reported on."""


class NothingReported:
    def of(self, bookings: Collection[uuid.UUID]) -> Mapping[uuid.UUID, Outcome]:
        return {}


_outcomes: Outcomes = NothingReported()


def register(outcomes: Outcomes) -> None:
    global _outcomes
    _outcomes = outcomes


def registered() -> Outcomes:
    return _outcomes
