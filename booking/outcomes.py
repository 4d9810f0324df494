"""Outcomes of past visits, from an app above this one.

Booking does not import that app. It registers its ``Outcomes`` when it starts; without one, a
past visit has no outcome.
"""

import uuid
from collections.abc import Collection, Mapping
from typing import Protocol

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Outcome(models.TextChoices):
    """What became of a visit. The labels are what recipients read: nobody is blamed."""

    DONE = "done", pgettext_lazy("a visit", "Done")
    PARTLY = "partly", _("Partly done")
    DECLINED = "declined", _("Declined when we came")
    NO_CONTACT = "no_contact", _("We got no contact")
    IN_HOSPITAL = "in_hospital", _("In hospital")
    UNABLE = "unable", _("We could not come")


class Outcomes(Protocol):
    def of(self, bookings: Collection[uuid.UUID]) -> Mapping[uuid.UUID, Outcome]:
        """The outcomes of those bookings that have a report."""


class NothingReported:
    def of(self, bookings: Collection[uuid.UUID]) -> Mapping[uuid.UUID, Outcome]:
        return {}


_outcomes: Outcomes = NothingReported()


def register(outcomes: Outcomes) -> None:
    global _outcomes
    _outcomes = outcomes


def registered() -> Outcomes:
    return _outcomes
