"""A department's calendar day, and its shifts."""

import uuid

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, RangeOperators
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from database.expressions import TsTzRange
from departments.hours import Interval
from departments.models.hours import OpeningHours, SpecialHours
from departments.models.settings import Department
from departments.models.staff import Absence


class Day(models.Model):
    """A department's calendar day. The row is lock, outbox and cache key of the day.

    Every change of the day's shifts or visits first locks this row, and raises ``revision``
    in the same transaction (``departments.actions.days``). Carers report the day's visits
    until ``closed_at``, administrators also later. A beat task that closes a day leaves
    ``closed_by`` empty.
    """

    department = models.ForeignKey(Department, on_delete=models.CASCADE, related_name="days")
    date = models.DateField()
    revision = models.PositiveBigIntegerField(default=0)
    laid_out_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering = ["date"]
        indexes = [
            models.Index(fields=["date"], name="day_open", condition=Q(closed_at__isnull=True))
        ]
        constraints = [
            models.UniqueConstraint(fields=["department", "date"], name="one_day_per_date")
        ]

    def __str__(self) -> str:
        return f"{self.date} r{self.revision}"

    @property
    def is_settled(self) -> bool:
        return self.settled_at is not None

    @property
    def is_closed(self) -> bool:
        return self.closed_at is not None


class Shift(models.Model):
    """One person's working time, with or without a name (FHIR Schedule).

    Belongs to the day on which it starts, also when it ends after midnight. A withdrawn
    shift is one whose person is absent: laying out counts it, but no visit is seated on it.
    ``qualification_ids`` is a snapshot for the shift's date.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    day = models.ForeignKey(Day, on_delete=models.CASCADE, related_name="shifts")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    break_starts_at = models.DateTimeField(null=True, blank=True)
    break_ends_at = models.DateTimeField(null=True, blank=True)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="shifts"
    )
    qualification_ids = ArrayField(models.UUIDField(), default=list, blank=True)
    is_manual = models.BooleanField(default=False)  # made by hand; laying out does not remove it
    opening_hours = models.ForeignKey(
        OpeningHours, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    special_hours = models.ForeignKey(
        SpecialHours, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    withdrawn_by = models.ForeignKey(
        Absence, null=True, on_delete=models.SET_NULL, related_name="withdrawn_shifts"
    )

    class Meta:
        ordering = ["starts_at", "ends_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="shift_ends_after_start"
            ),
            models.CheckConstraint(
                condition=Q(break_starts_at__isnull=True, break_ends_at__isnull=True)
                | Q(
                    break_starts_at__gte=F("starts_at"),
                    break_ends_at__gt=F("break_starts_at"),
                    break_ends_at__lte=F("ends_at"),
                ),
                name="break_within_shift",
            ),
            ExclusionConstraint(
                name="no_one_in_two_shifts",
                expressions=[
                    ("person", RangeOperators.EQUAL),
                    (TsTzRange("starts_at", "ends_at"), RangeOperators.OVERLAPS),
                ],
                condition=Q(person__isnull=False, withdrawn_by__isnull=True),
                violation_error_message=_("This person already works at that time."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.starts_at:%Y-%m-%d %H:%M}–{self.ends_at:%H:%M} UTC"

    @property
    def period(self) -> Interval:
        return Interval(self.starts_at, self.ends_at)

    @property
    def pause(self) -> Interval | None:
        if self.break_starts_at is None or self.break_ends_at is None:
            return None
        return Interval(self.break_starts_at, self.break_ends_at)

    @property
    def is_named(self) -> bool:
        return self.person_id is not None

    @property
    def is_withdrawn(self) -> bool:
        return self.withdrawn_by_id is not None
