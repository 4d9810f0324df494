"""Patterns: visits that staff plan on the same weekdays and at the same times."""

import datetime as dt
import uuid
from collections.abc import Iterator
from typing import NamedTuple

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from booking.models.bookings import Booking
from booking.models.recipients import Recipient
from departments.hours import DAY, local_instant, monday
from departments.models import Service

MOST_WEEKS = 8
MOST_TIMES = 8  # a day


class PatternTime(NamedTuple):
    """One planned visit: a local date and a wall-clock time."""

    date: dt.date
    time: dt.time

    @property
    def starts_at(self) -> dt.datetime:
        return local_instant(self.date, self.time, timezone.get_default_timezone())


class Pattern(models.Model):
    """Visits of one service that staff plan, for grants under which the recipient does not
    choose the time.

    A ``BookingSeries`` is the recipient's own: one time, each date tried once, and it waits
    when the mandate of its maker ends. A pattern has several weekdays and times, and a date
    that could not be booked is tried again until it is or staff leave it out.

    ``weekdays`` are ISO (Monday is 1), in every n-th week from that of ``first_date``.
    ``last_date`` before ``first_date`` means that the whole pattern is withdrawn.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    recipient = models.ForeignKey(Recipient, on_delete=models.CASCADE, related_name="patterns")
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="+")
    weekdays = ArrayField(models.PositiveSmallIntegerField())
    times = ArrayField(models.TimeField())  # local wall-clock times
    every_n_weeks = models.PositiveSmallIntegerField(
        default=1, validators=[MinValueValidator(1), MaxValueValidator(MOST_WEEKS)]
    )
    first_date = models.DateField()
    last_date = models.DateField(null=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["first_date", "made_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(last_date__isnull=True) | Q(last_date__gte=F("first_date") - DAY),
                name="pattern_ends_after_start",
            ),
            models.CheckConstraint(
                condition=~Q(weekdays=[]) & ~Q(times=[]), name="pattern_has_times"
            ),
        ]

    def __str__(self) -> str:
        return f"weekdays {self.weekdays} from {self.first_date}"

    def times_between(self, first: dt.date, last: dt.date) -> Iterator[PatternTime]:
        """Its visits on the dates from ``first`` to ``last``, in order."""
        date = max(first, self.first_date)
        last = last if self.last_date is None else min(last, self.last_date)
        while date <= last:
            weeks = (monday(date) - monday(self.first_date)).days // 7
            if date.isoweekday() in self.weekdays and weeks % self.every_n_weeks == 0:
                yield from (PatternTime(date, time) for time in sorted(self.times))
            date += DAY


class PatternDateQuerySet(models.QuerySet["PatternDate"]):
    def missing(self) -> "PatternDateQuerySet":
        """Those that staff must look at: not booked, and neither left out nor paused."""
        return self.filter(booking__isnull=True, left_out_at__isnull=True).exclude(
            why=PatternDate.Why.PAUSED
        )


class PatternDate(models.Model):
    """One visit of a pattern: the booking that was made for it, perhaps moved or cancelled since;
    or why it is not planned. There is no row until the horizon has reached its date."""

    class Why(models.TextChoices):
        """Why it is not planned."""

        OWN = "own", _("The person has another visit then.")
        CLOSED = "closed", _("Nobody is to work then.")
        NOT_GRANTED = "not_granted", _("No grant covers that day.")
        ALL_USED = "all_used", _("The grant gives no more in that period.")
        PAUSED = "paused", _("The help is paused that day.")
        NOT_OPEN = "not_open", _("The department or the service takes no bookings now.")
        BUSY = "busy", _("It could not be booked. It is tried again.")

    pattern = models.ForeignKey(Pattern, on_delete=models.CASCADE, related_name="dates")
    date = models.DateField()
    time = models.TimeField()
    booking = models.OneToOneField(
        Booking, null=True, on_delete=models.SET_NULL, related_name="pattern_date"
    )
    why = models.CharField(max_length=11, choices=Why.choices, blank=True)
    left_out_at = models.DateTimeField(null=True)  # staff decided that it need not take place

    objects = PatternDateQuerySet.as_manager()

    class Meta:
        ordering = ["date", "time"]
        constraints = [
            models.UniqueConstraint(
                fields=["pattern", "date", "time"], name="one_answer_per_pattern_date"
            )
        ]
        indexes = [
            models.Index(
                fields=["date"], condition=Q(booking__isnull=True), name="pattern_date_missing"
            )
        ]

    def __str__(self) -> str:
        return f"{self.date} {self.time:%H:%M}: {self.why or 'booked'}"

    @property
    def at(self) -> PatternTime:
        return PatternTime(self.date, self.time)

    @property
    def starts_at(self) -> dt.datetime:
        return self.at.starts_at

    @property
    def is_missing(self) -> bool:
        return self.booking_id is None and self.left_out_at is None and self.why != self.Why.PAUSED
