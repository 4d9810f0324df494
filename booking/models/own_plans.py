"""What recipients do otherwise: their own plans, which nobody else reads."""

import datetime as dt
import uuid

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from booking.models.recipients import Recipient


class OwnPlan(models.Model):
    """Training on Tuesdays from 17 to 18, or the dentist on the 12th.

    It is shown to the recipient beside the free times, and keeps nobody from booking. Staff and
    programs never read it, and its changes are not recorded; a helper reads it while the
    recipient lets them (``Mandate.sees_plans``).

    Local wall-clock times; ``ends`` before ``starts`` is on the next day; both
    are midnight for a whole day.
    """

    class Every(models.IntegerChoices):
        WEEK = 1, _("Every week")
        OTHER_WEEK = 2, _("Every second week")
        ONCE = 0, _("Only once")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    recipient = models.ForeignKey(Recipient, on_delete=models.CASCADE, related_name="plans")
    title = models.CharField(_("What are you going to do?"), max_length=60)
    every = models.PositiveSmallIntegerField(choices=Every.choices)
    # The day itself, or a day of the first week.
    first_day = models.DateField()
    # ISO weekdays, from 1 for Monday; none of a plan that is only once.
    weekdays = ArrayField(
        models.PositiveSmallIntegerField(validators=[MinValueValidator(1), MaxValueValidator(7)]),
        default=list,
    )
    starts = models.TimeField()
    ends = models.TimeField()
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["made_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(starts=F("ends")) | Q(starts=dt.time(0)), name="plan_lasts"
            ),
            models.CheckConstraint(
                condition=Q(every=0, weekdays__len=0) | Q(every__in=[1, 2], weekdays__len__gte=1),
                name="plan_repeats_on_weekdays",
            ),
        ]

    def __str__(self) -> str:
        return f"own plan {self.pk}"  # the title is nobody's business


class BusyTime(models.Model):
    """A time from the recipient's own calendar file, as private as ``OwnPlan``. Reading a file
    replaces those of the file before."""

    id = models.BigAutoField(primary_key=True)
    recipient = models.ForeignKey(Recipient, on_delete=models.CASCADE, related_name="busy_times")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    title = models.CharField(max_length=60, blank=True)  # only when the recipient asks for it

    class Meta:
        ordering = ["starts_at", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="busy_time_lasts")
        ]

    def __str__(self) -> str:
        return f"busy time {self.pk}"
