"""Outcomes of past visits, from an app above this one.

Booking does not import that app. It registers its ``Outcomes`` when it starts; without one, a
past visit has no outcome.
"""

import uuid
from collections.abc import Collection, Mapping
from enum import StrEnum
from typing import Protocol


class Outcome(StrEnum):
    """What became of a visit. The names are neutral: nobody is blamed."""

    DONE = "done"
    PARTLY = "partly"
    DECLINED = "declined"  # at the door
    NO_CONTACT = "no_contact"  # the carer came, but did not meet the recipient
    IN_HOSPITAL = "in_hospital"
    UNABLE = "unable"  # the cause is with us


class Outcomes(Protocol):
    def of(self, bookings: Collection[uuid.UUID]) -> Mapping[uuid.UUID, Outcome]:
        """The outcomes of those bookings that have a report."""

    def reported(self, visits: Collection[uuid.UUID]) -> set[uuid.UUID]:
        """The visits with a report, also one whose outcome ``of`` does not show yet. They can't
        be moved or cancelled."""


class NothingReported:
    def of(self, bookings: Collection[uuid.UUID]) -> Mapping[uuid.UUID, Outcome]:
        return {}

    def reported(self, visits: Collection[uuid.UUID]) -> set[uuid.UUID]:
        return set()


_outcomes: Outcomes = NothingReported()


def register(outcomes: Outcomes) -> None:
    global _outcomes
    _outcomes = outcomes


def registered() -> Outcomes:
    return _outcomes
