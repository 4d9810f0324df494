"""Day plans and work lists, and reports of what happened."""

import datetime as dt
import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from booking.models import Visit
from departments.models import Day, Shift


class DayPlan(models.Model):
    """A day's plan. Stale when ``revision`` differs from the Day's."""

    day = models.OneToOneField(Day, on_delete=models.CASCADE, related_name="plan")
    revision = models.PositiveBigIntegerField()
    made_at = models.DateTimeField()
    objective = models.FloatField(null=True)
    bound = models.FloatField(null=True)

    def __str__(self) -> str:
        return f"Plan of day {self.day_id} r{self.revision}"


class WorkList(models.Model):
    """One shift's visits, in order. An unnamed shift has one too."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    plan = models.ForeignKey(DayPlan, on_delete=models.CASCADE, related_name="work_lists")
    shift = models.OneToOneField(Shift, on_delete=models.CASCADE, related_name="work_list")

    def __str__(self) -> str:
        return f"Work list {self.pk}"


class WorkItem(models.Model):
    """One visit's place on a work list. A visit is on at most one."""

    work_list = models.ForeignKey(WorkList, on_delete=models.CASCADE, related_name="items")
    visit = models.OneToOneField(Visit, on_delete=models.CASCADE, related_name="work_item")
    position = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(
                fields=["work_list", "position"],
                name="one_item_per_position",
                deferrable=models.Deferrable.DEFERRED,
            )
        ]

    def __str__(self) -> str:
        return f"{self.position}"


class Report(models.Model):
    """What happened at a visit (FHIR Encounter, outcome).

    Reported by the carer, or by an administrator with a ``reason``. ``version`` rises with
    every change; a ``Change`` keeps the outcome of each version that was replaced.
    """

    OPENS = dt.timedelta(minutes=60)  # how long before its start a visit can be reported

    class Outcome(models.TextChoices):
        """The values of ``booking.outcomes.Outcome``, with labels for staff."""

        DONE = "done", _("Done")
        PARTLY = "partly", _("Partly done")
        NO_CONTACT = "no_contact", _("No contact")
        DECLINED = "declined", _("Declined")
        IN_HOSPITAL = "in_hospital", _("In hospital")
        UNABLE = "unable", _("Could not be done")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    visit = models.OneToOneField(Visit, on_delete=models.PROTECT, related_name="report")
    outcome = models.CharField(_("what happened"), max_length=15, choices=Outcome.choices)
    note = models.CharField(_("note"), max_length=200, blank=True)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)

    def __str__(self) -> str:
        return f"{self.outcome} at {self.at:%Y-%m-%d %H:%M}"
