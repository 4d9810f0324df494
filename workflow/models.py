"""Day plans and work lists, reports of what happened, and visits at which nobody answered."""

import datetime as dt
import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from booking.models import Contact, Visit
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
    UNDO_WITHIN = dt.timedelta(minutes=10)  # a press on "Done"; later it is corrected

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


class NoContact(models.Model):
    """A visit at which the carer got no contact, until somebody has met the recipient.

    It is open until a named person has seen or spoken to the recipient; nothing else ends it.
    Only then can it be closed. ``alarm_due_at`` is when the next text message goes to the duty
    phone or the administrators (``workflow.actions.alarms``); it is empty once it is confirmed.
    """

    class How(models.TextChoices):
        SEEN = "seen", _("I have seen them")
        SPOKEN = "spoken", _("I have spoken to them")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="no_contacts")
    opened_at = models.DateTimeField()
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    alarm_due_at = models.DateTimeField(null=True)
    alarms = models.PositiveSmallIntegerField(default=0)
    alarmed_at = models.DateTimeField(null=True)  # the latest
    reached_duty = models.BooleanField(default=False, db_default=False)  # the latest did
    how = models.CharField(max_length=6, choices=How.choices, blank=True)
    met_at = models.DateTimeField(null=True)  # as the person who confirmed it says
    confirmed_at = models.DateTimeField(null=True)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    closed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["opened_at", "id"]
        indexes = [
            models.Index(
                fields=["alarm_due_at"],
                name="no_contact_alarm_due",
                condition=models.Q(alarm_due_at__isnull=False),
            )
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["visit"],
                condition=models.Q(confirmed_at__isnull=True),
                name="one_open_no_contact",
            ),
            models.CheckConstraint(
                condition=(
                    models.Q(confirmed_at__isnull=True, how="", met_at__isnull=True)
                    & models.Q(confirmed_by__isnull=True, closed_at__isnull=True)
                )
                | (
                    models.Q(confirmed_at__isnull=False, how__in=["seen", "spoken"])
                    & models.Q(met_at__isnull=False, confirmed_by__isnull=False)
                    & models.Q(alarm_due_at__isnull=True)
                ),
                name="no_contact_ends_with_a_person",
            ),
        ]

    def __str__(self) -> str:
        return f"No contact at {self.opened_at:%Y-%m-%d %H:%M}"

    @property
    def is_open(self) -> bool:
        return self.confirmed_at is None


class Attempt(models.Model):
    """One thing that was tried while nobody answered: who was called, when and by whom.

    ``step`` is the text of the service's step at that time. ``id`` is the form's key.
    """

    class Result(models.TextChoices):
        DONE = "done", _("Done")
        ANSWERED = "answered", _("Answered")
        NO_ANSWER = "no_answer", _("No answer")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    no_contact = models.ForeignKey(NoContact, on_delete=models.CASCADE, related_name="attempts")
    step = models.CharField(max_length=200)
    contact = models.ForeignKey(Contact, null=True, on_delete=models.SET_NULL, related_name="+")
    result = models.CharField(max_length=9, choices=Result.choices)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["at", "id"]

    def __str__(self) -> str:
        return f"{self.result} at {self.at:%Y-%m-%d %H:%M}"
