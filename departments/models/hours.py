"""When a department is open, and with how many staff: local wall time.

``closes_at`` at or before ``opens_at`` means the next day. Overlapping rows add up.
"""

import uuid
from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from departments.models.services import Qualification
from departments.models.settings import Department


class Weekday(models.IntegerChoices):
    """ISO numbers: Monday is 1."""

    MONDAY = 1, _("Monday")
    TUESDAY = 2, _("Tuesday")
    WEDNESDAY = 3, _("Wednesday")
    THURSDAY = 4, _("Thursday")
    FRIDAY = 5, _("Friday")
    SATURDAY = 6, _("Saturday")
    SUNDAY = 7, _("Sunday")


class Staffing(models.Model):
    """Hours and the number of employees at work."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    opens_at = models.TimeField(_("from"))
    closes_at = models.TimeField(_("to"))
    staff = models.PositiveSmallIntegerField(
        _("staff at work"), validators=[MinValueValidator(1), MaxValueValidator(500)]
    )
    break_starts_at = models.TimeField(_("break from"), null=True, blank=True)
    break_minutes = models.PositiveSmallIntegerField(
        _("minutes of break"), default=0, validators=[MaxValueValidator(120)]
    )
    qualifications: Any = models.ManyToManyField(
        Qualification,
        blank=True,
        related_name="+",
        verbose_name=_("what everybody on this shift knows"),
    )

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.opens_at:%H:%M}–{self.closes_at:%H:%M}, {self.staff}"


class OpeningHours(Staffing):
    """A row of the ordinary week. Every n-th week is counted from that of ``valid_from``."""

    department = models.ForeignKey(
        Department, on_delete=models.CASCADE, related_name="opening_hours"
    )
    weekday = models.PositiveSmallIntegerField(_("weekday"), choices=Weekday.choices)
    every_n_weeks = models.PositiveSmallIntegerField(
        _("every how many weeks"),
        default=1,
        validators=[MinValueValidator(1), MaxValueValidator(8)],
    )
    valid_from = models.DateField(_("applies from"))
    valid_until = models.DateField(_("applies until and including"), null=True, blank=True)

    class Meta:
        ordering = ["weekday", "opens_at", "closes_at", "id"]
        verbose_name_plural = "opening hours"
        constraints = [
            models.CheckConstraint(
                condition=Q(weekday__range=(1, 7), staff__gte=1, every_n_weeks__gte=1),
                name="opening_hours_make_sense",
            ),
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_until__gte=F("valid_from")),
                name="opening_hours_end_after_start",
                violation_error_message=_("The last day is before the first."),
            ),
        ]


class SpecialDay(models.Model):
    """A date that does not follow the ordinary week. Without hours it is closed."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    department = models.ForeignKey(
        Department, on_delete=models.CASCADE, related_name="special_days"
    )
    date = models.DateField(_("date"))
    name = models.CharField(_("what is special"), max_length=60)

    class Meta:
        ordering = ["date"]
        constraints = [
            models.UniqueConstraint(
                fields=["department", "date"],
                name="one_special_day_per_date",
                violation_error_message=_("This date is already a special day."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.date}: {self.name}"


class SpecialHours(Staffing):
    """Hours of one special day."""

    special_day = models.ForeignKey(SpecialDay, on_delete=models.CASCADE, related_name="hours")

    class Meta:
        ordering = ["opens_at", "closes_at", "id"]
        verbose_name_plural = "special hours"
        constraints = [
            models.CheckConstraint(condition=Q(staff__gte=1), name="special_hours_make_sense")
        ]
