"""Agreed times: when a visit takes place if the person chooses no other time."""

import uuid

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from booking.models.bookings import Booking
from booking.models.grants import Grant


class AgreedTimeQuerySet(models.QuerySet["AgreedTime"]):
    def applying(self) -> "AgreedTimeQuerySet":
        return self.filter(ended_at__isnull=True)


class AgreedTime(models.Model):
    """One time a period at which a seat is kept for the recipient, until they have chosen
    another time or the deadline for choosing has passed.

    ``week`` is the week of the grant's period, from 1. Of a month it counts the weekday: the
    second Tuesday is in week 2. ``weekday`` is 0 on Mondays. ``time`` is local wall-clock time.
    """

    MOST_WEEKS = 5

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    grant = models.ForeignKey(Grant, on_delete=models.CASCADE, related_name="agreed_times")
    week = models.PositiveSmallIntegerField(
        _("week"), default=1, validators=[MinValueValidator(1), MaxValueValidator(MOST_WEEKS)]
    )
    weekday = models.PositiveSmallIntegerField(_("weekday"), validators=[MaxValueValidator(6)])
    time = models.TimeField(_("time"))
    agreed_on = models.DateField(_("agreed on"))
    agreed_with = models.CharField(_("agreed with"), max_length=100)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True)

    objects = AgreedTimeQuerySet.as_manager()

    class Meta:
        ordering = ["week", "weekday", "time"]
        constraints = [
            models.UniqueConstraint(
                fields=["grant", "week", "weekday"],
                condition=Q(ended_at__isnull=True),
                name="one_agreed_time_a_day",
            )
        ]

    def __str__(self) -> str:
        return f"week {self.week}, weekday {self.weekday}, {self.time:%H:%M}"


class AgreedDate(models.Model):
    """What became of an agreed time on one date. There is no row until the date is within the
    horizon."""

    class State(models.TextChoices):
        KEPT = "kept", _("Kept")  # ``booking`` has the seat
        CHOSEN = "chosen", _("Another time is chosen")  # ``booking`` is that visit
        GIVEN_UP = "given_up", _("Not that time")
        BOOKED = "booked", _("Booked")  # ``booking``, and perhaps moved or cancelled since
        NO_SEAT = "no_seat", _("Could not be kept")

    class Why(models.TextChoices):
        """Why it could not be kept."""

        BUSY = "busy", _("Nobody is free then.")
        CLOSED = "closed", _("There is no time to book then.")
        OWN = "own", _("There is another visit then.")
        NOT_OPEN = "not_open", _("The service takes no bookings now.")
        TOO_CLOSE = "too_close", _("It is too few days from another visit of this service.")

    agreed_time = models.ForeignKey(
        AgreedTime, on_delete=models.CASCADE, related_name="dates", db_index=False
    )
    date = models.DateField()
    state = models.CharField(max_length=8, choices=State.choices)
    booking = models.OneToOneField(
        Booking, null=True, on_delete=models.SET_NULL, related_name="agreed_date"
    )
    why = models.CharField(max_length=9, choices=Why.choices, blank=True)
    changed_at = models.DateTimeField(auto_now=True)
    given_up_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    # When, and who of the staff, had seen that it was given up.
    seen_at = models.DateTimeField(null=True)
    seen_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        ordering = ["date"]
        constraints = [
            models.UniqueConstraint(
                fields=["agreed_time", "date"], name="one_answer_per_agreed_date"
            )
        ]

    def __str__(self) -> str:
        return f"{self.date}: {self.state}"
