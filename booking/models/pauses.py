"""Pauses: a recipient is away, and their help rests."""

import datetime as dt
import uuid

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, RangeOperators
from django.db import models
from django.db.models import F, Q, Value
from django.utils.translation import gettext_lazy as _

from booking.models.mandates import Mandate
from booking.models.recipients import Recipient
from database.expressions import DateRange
from database.versions import Versioned


class PauseQuerySet(models.QuerySet["Pause"]):
    def standing(self, on: dt.date) -> "PauseQuerySet":
        """Neither ended nor over: current on that date, or later."""
        return self.filter(Q(last_day__isnull=True) | Q(last_day__gte=on), ended_at__isnull=True)

    def covering(self, date: dt.date) -> "PauseQuerySet":
        return self.standing(date).filter(first_day__lte=date)


class Pause(Versioned):
    """The days on which a recipient is away, at home again after ``last_day``, or when somebody
    says so (None). Where the person is, and why, is not kept.

    Visits that the person chooses are cancelled, and nothing new is booked. Visits at times that
    the municipality sets stand until staff have answered (``set_visits``).
    """

    class SetVisits(models.TextChoices):
        WAITING = "waiting", _("Staff have not answered yet")
        STOPPED = "stopped", _("Stopped")
        STAND = "stand", _("Stand as planned")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    recipient = models.ForeignKey(Recipient, on_delete=models.CASCADE, related_name="pauses")
    first_day = models.DateField(_("away from"))
    last_day = models.DateField(_("away until and including"), null=True, blank=True)
    set_visits = models.CharField(max_length=7, choices=SetVisits.choices, default=SetVisits.STAND)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    mandate = models.ForeignKey(  # that of a helper or guardian
        Mandate, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    is_by_staff = models.BooleanField(default=False)
    made_at = models.DateTimeField(auto_now_add=True)
    # When staff last looked at it, and left it as it is.
    confirmed_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    # The bookings that were cancelled; after the end, those that have not come back.
    cancelled = ArrayField(models.UUIDField(), default=list)

    objects = PauseQuerySet.as_manager()

    class Meta:
        ordering = ["first_day", "made_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(last_day__isnull=True) | Q(last_day__gte=F("first_day")),
                name="pause_ends_after_start",
                violation_error_message=_("The last day is before the first."),
            ),
            ExclusionConstraint(
                name="no_overlapping_pauses",
                expressions=[
                    ("recipient", RangeOperators.EQUAL),
                    (
                        DateRange("first_day", "last_day", Value("[]")),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                condition=Q(ended_at__isnull=True),
                violation_error_message=_("There is a pause on these days already."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.first_day} to {self.last_day or 'further notice'}"

    def covers(self, date: dt.date) -> bool:
        return self.first_day <= date and (self.last_day is None or date <= self.last_day)

    def overlaps(self, other: "Pause") -> bool:
        first, second = sorted([self, other], key=lambda pause: pause.first_day)
        return first.covers(second.first_day)

    @property
    def is_open(self) -> bool:
        return self.last_day is None

    @property
    def is_ended(self) -> bool:
        return self.ended_at is not None

    @property
    def waits_for_answer(self) -> bool:
        return self.ended_at is None and self.set_visits == self.SetVisits.WAITING

    @property
    def stops_set_visits(self) -> bool:
        return self.set_visits == self.SetVisits.STOPPED
