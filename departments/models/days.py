"""A department's calendar day, and its shifts."""

import datetime as dt
import uuid

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, RangeOperators
from django.db import models
from django.db.models import F, Q
from django.db.models.lookups import Exact, GreaterThanOrEqual, LessThanOrEqual
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from database.expressions import FirstItem, LastItem, TimestampArray, TsTzRange
from database.versions import Versioned
from departments.hours import Interval
from departments.models.hours import OpeningHours, SpecialHours
from departments.models.settings import Department
from departments.models.staff import Absence


class Day(models.Model):
    """A department's calendar day. The row is lock, outbox and cache key of the day.

    Every change of the day's shifts or visits first locks this row, and raises ``revision``
    in the same transaction (``departments.actions.days``). Carers report the day's visits
    until ``closed_at``, administrators also later. A beat task that closes a day leaves
    ``closed_by`` empty. Laying out sets ``takes_bookings``: False on a day that is set closed,
    where nothing is offered on any shift.
    """

    department = models.ForeignKey(Department, on_delete=models.CASCADE, related_name="days")
    date = models.DateField()
    revision = models.PositiveBigIntegerField(default=0)
    laid_out_at = models.DateTimeField(null=True)
    takes_bookings = models.BooleanField(default=True)
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


class Shift(Versioned):
    """One person's working time, with or without a name (FHIR Schedule).

    Belongs to the day on which it starts, also when it ends after midnight.
    ``qualification_ids`` is a snapshot for the shift's date. ``away`` is derived from the
    ``TimeAway`` rows, so that seating reads no other table: [from, to, from, to …] in order
    and apart from each other. A withdrawn shift is one whose person is away all the time:
    laying out counts it, but no visit is seated on it. ``version`` rises when its name, its
    times away or its duty marks change.
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
    away = ArrayField(models.DateTimeField(), default=list, blank=True)
    is_withdrawn = models.BooleanField(default=False)
    duty_for = models.ManyToManyField(Department, through="DutyMark", related_name="+")

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
                condition=Q(person__isnull=False, is_withdrawn=False),
                violation_error_message=_("This person already works at that time."),
            ),
            models.CheckConstraint(
                condition=Q(away=[])
                | Q(
                    GreaterThanOrEqual(FirstItem("away"), F("starts_at")),
                    LessThanOrEqual(LastItem("away"), F("ends_at")),
                ),
                name="times_away_within_shift",
            ),
            models.CheckConstraint(
                condition=Q(is_withdrawn=Exact(F("away"), TimestampArray("starts_at", "ends_at"))),
                name="withdrawn_when_away_all_the_time",
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
    def local_hours(self) -> tuple[dt.time, dt.time]:
        return timezone.localtime(self.starts_at).time(), timezone.localtime(self.ends_at).time()

    @property
    def times_off(self) -> list[Interval]:
        """``away`` as intervals."""
        return [
            Interval(start, end)
            for start, end in zip(self.away[::2], self.away[1::2], strict=True)
        ]


class DutyMark(models.Model):
    """Makes a shift's person the duty lead of a department around the shift
    (``departments.queries.duty``). The department may be another than the shift's."""

    shift = models.ForeignKey(
        Shift, on_delete=models.CASCADE, related_name="duty_marks", db_index=False
    )
    department = models.ForeignKey(Department, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["shift", "department"], name="one_duty_mark_per_department"
            )
        ]

    def __str__(self) -> str:
        return f"Duty on shift {self.shift_id}"


class TimeAway(models.Model):
    """The minutes that an absence takes out of a shift.

    Visits outside them keep their carer. Two absences share no minutes of a shift: what both
    cover belongs to the one that begins first. ``replacement`` is a shift made by hand for
    these minutes; the carer who is back keeps their own minutes beside it.
    """

    shift = models.ForeignKey(Shift, on_delete=models.CASCADE, related_name="times_away")
    absence = models.ForeignKey(Absence, on_delete=models.CASCADE, related_name="times_away")
    replacement = models.ForeignKey(
        Shift, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()

    class Meta:
        ordering = ["starts_at"]
        verbose_name_plural = "times away"
        constraints = [
            models.UniqueConstraint(
                fields=["shift", "absence"], name="one_time_away_per_shift_and_absence"
            ),
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="time_away_ends_after_start"
            ),
            ExclusionConstraint(
                name="no_minute_away_twice",
                expressions=[
                    ("shift", RangeOperators.EQUAL),
                    (TsTzRange("starts_at", "ends_at"), RangeOperators.OVERLAPS),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.starts_at:%Y-%m-%d %H:%M}–{self.ends_at:%H:%M} UTC"

    @property
    def period(self) -> Interval:
        return Interval(self.starts_at, self.ends_at)
