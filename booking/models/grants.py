"""Decisions: how much of a service a recipient is granted."""

import datetime as dt
import uuid

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q, Value
from django.utils.translation import gettext_lazy as _

from booking.models.recipients import Recipient
from database.expressions import DateRange
from database.versions import Versioned
from departments.models import KindOfTime, Service

MOST_DAYS_BETWEEN = 13  # a visit every second week


class GrantQuerySet(models.QuerySet["Grant"]):
    def valid_on(self, date: dt.date) -> "GrantQuerySet":
        return self.filter(
            Q(valid_until__isnull=True) | Q(valid_until__gte=date), valid_from__lte=date
        )

    def not_ended(self, date: dt.date) -> "GrantQuerySet":
        """Those that are valid then or later."""
        return self.filter(Q(valid_until__isnull=True) | Q(valid_until__gte=date))

    def giving_access(self, today: dt.date) -> "GrantQuerySet":
        """Those that give the department's staff access to the recipient: they have not ended,
        or not long ago."""
        return self.not_ended(earliest_last_day(today, settings.RECIPIENT_ACCESS_DAYS))


def earliest_last_day(today: dt.date, days: int) -> dt.date:
    """The earliest last day of a grant that still gives access ``days`` days after it."""
    return today - dt.timedelta(days=days)


class Grant(Versioned):
    """The municipal decision (*vedtak*): how much of one service, per week or month.

    Each booking is charged to the local week (Monday first) or month of its start. A period may
    have several ``weeks``, counted from the week of ``valid_from``.

    ``kind_of_time`` says who chooses the times. Before ``choice_from`` staff plan all of them.
    The window (local times of one day) applies to the kind *window*; ``at_most_a_day`` and
    ``days_between`` (whole days between two visits) to all times that the person chooses.
    """

    class Unit(models.TextChoices):
        VISITS = "visits", _("visits")
        MINUTES = "minutes", _("minutes")

    class Period(models.TextChoices):
        WEEK = "week", _("a week")
        MONTH = "month", _("a month")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    recipient = models.ForeignKey(Recipient, on_delete=models.CASCADE, related_name="grants")
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="+")
    amount = models.PositiveIntegerField(_("amount"), validators=[MinValueValidator(1)])
    unit = models.CharField(_("unit"), max_length=7, choices=Unit.choices, default=Unit.VISITS)
    period = models.CharField(
        _("period"), max_length=5, choices=Period.choices, default=Period.WEEK
    )
    weeks = models.PositiveSmallIntegerField(
        _("weeks in a period"), default=1, validators=[MinValueValidator(1), MaxValueValidator(4)]
    )
    valid_from = models.DateField(_("applies from"))
    valid_until = models.DateField(_("applies until and including"), null=True, blank=True)
    is_essential = models.BooleanField(_("essential"), default=False)
    kind_of_time = models.CharField(
        _("who chooses the time"),
        max_length=6,
        choices=KindOfTime.choices,
        default=KindOfTime.FREE,
    )
    choice_from = models.DateField(_("chooses from"), null=True, blank=True)
    window_start = models.TimeField(_("window from"), null=True, blank=True)
    window_end = models.TimeField(_("window until"), null=True, blank=True)
    at_most_a_day = models.PositiveSmallIntegerField(
        _("at most a day"), null=True, blank=True, validators=[MinValueValidator(1)]
    )
    days_between = models.PositiveSmallIntegerField(
        _("days between visits"),
        null=True,
        blank=True,
        validators=[MaxValueValidator(MOST_DAYS_BETWEEN)],
    )
    reference = models.CharField(_("case number"), max_length=40, blank=True)
    decided_on = models.DateField(_("decided on"), null=True, blank=True)

    objects = GrantQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_until__gte=F("valid_from")),
                name="grant_ends_after_start",
                violation_error_message=_("The last day is before the first."),
            ),
            models.CheckConstraint(condition=Q(amount__gte=1), name="grant_is_something"),
            models.CheckConstraint(
                condition=Q(weeks=1) | Q(weeks__range=(2, 4), period="week"),
                name="grant_of_a_month_or_some_weeks",
            ),
            models.CheckConstraint(
                condition=Q(window_start__isnull=True, window_end__isnull=True)
                | Q(
                    window_start__isnull=False,
                    window_end__isnull=False,
                    window_end__gt=F("window_start"),
                ),
                name="grant_window_ends_after_start",
                violation_error_message=_("The window ends before it begins."),
            ),
            ExclusionConstraint(
                name="no_overlapping_grants",
                expressions=[
                    ("recipient", RangeOperators.EQUAL),
                    ("service", RangeOperators.EQUAL),
                    (
                        DateRange("valid_from", "valid_until", Value("[]")),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                violation_error_message=_("There is already a grant for this service then."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amount} {self.unit} {self.period}"

    @property
    def times_are_set(self) -> bool:
        """Whether the municipality sets the times of its visits, not the recipient."""
        return self.kind_of_time == KindOfTime.SET

    def overlaps(self, first: dt.date, last: dt.date | None) -> bool:
        """Whether it is valid on one of the days; no ``last`` is without an end."""
        begins_in_time = last is None or self.valid_from <= last
        return begins_in_time and (self.valid_until is None or first <= self.valid_until)

    @property
    def may_have_agreed_times(self) -> bool:
        """Essential help whose times the recipient chooses."""
        return self.is_essential and not self.times_are_set

    def gives_access(self, today: dt.date) -> bool:
        """As ``GrantQuerySet.giving_access``."""
        earliest = earliest_last_day(today, settings.RECIPIENT_ACCESS_DAYS)
        return self.valid_until is None or self.valid_until >= earliest

    def is_valid_on(self, date: dt.date) -> bool:
        return self.overlaps(date, date)
