"""Booking series: visits that repeat every week."""

import datetime as dt
import uuid
from collections.abc import Iterator

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from booking.models.bookings import Booking
from booking.models.mandates import Mandate
from booking.models.recipients import Recipient
from departments.hours import local_instant
from departments.models import Service


class BookingSeriesQuerySet(models.QuerySet["BookingSeries"]):
    def running(self) -> "BookingSeriesQuerySet":
        return self.filter(ended_at__isnull=True)


class BookingSeries(models.Model):
    """The same service at the same wall-clock time every week.

    It reserves nothing: each visit is an ordinary ``Booking``, made when the horizon reaches
    its date, and charged, moved and cancelled like any other.

    A series that was made under a ``mandate`` books visits while its holder may book for the
    recipient. After that it waits: nothing new is booked until the recipient, or a user who
    may book for them, continues it. Visits that are booked already are kept.
    """

    class Ended(models.TextChoices):
        WISHED = "wished", _("Ended by whoever wanted it")
        NO_GRANT = "no_grant", _("The grant has ended")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    recipient = models.ForeignKey(Recipient, on_delete=models.CASCADE, related_name="series")
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="+")
    first_date = models.DateField()  # every seventh day from then on
    time = models.TimeField()  # local wall-clock time
    note = models.CharField(_("note to the carer"), max_length=200, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    mandate = models.ForeignKey(
        Mandate, null=True, on_delete=models.RESTRICT, related_name="+", db_index=False
    )
    made_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True)
    why_ended = models.CharField(max_length=8, choices=Ended.choices, blank=True)

    objects = BookingSeriesQuerySet.as_manager()

    class Meta:
        ordering = ["made_at"]
        verbose_name_plural = "booking series"
        indexes = [
            models.Index(
                fields=["recipient"], condition=Q(ended_at__isnull=True), name="series_running"
            )
        ]

    def __str__(self) -> str:
        return f"every week at {self.time:%H:%M} from {self.first_date}"

    def starts_at(self, date: dt.date) -> dt.datetime:
        return local_instant(date, self.time, timezone.get_default_timezone())

    def dates_until(self, last: dt.date) -> Iterator[dt.date]:
        weeks = (last - self.first_date).days // 7
        return (self.first_date + dt.timedelta(weeks=n) for n in range(weeks + 1))

    def waits(self, on: dt.date) -> bool:
        """Whether it books nothing until somebody who may continues it."""
        if self.mandate is None:
            return False
        still = self.recipient.mandates.to_book(on).filter(holder=self.mandate.holder_id)
        return not still.exists()

    def key_for(self, date: dt.date) -> uuid.UUID:
        """The idempotency key of the booking on that date."""
        return uuid.uuid5(self.pk, date.isoformat())


class SeriesDate(models.Model):
    """How one date of a series was decided. There is no row until then."""

    class State(models.TextChoices):
        BOOKED = "booked", _("Booked")  # and perhaps moved or cancelled since
        SKIPPED = "skipped", _("Skipped")
        MISSED = "missed", _("Could not be booked")

    class Why(models.TextChoices):
        """Why it could not be booked."""

        BUSY = "busy", _("Nobody is free then.")
        CLOSED = "closed", _("There is no time to book then.")
        OWN = "own", _("You have another visit then.")
        ALL_USED = "all_used", _("You have not enough left of what you have been granted.")
        NOT_GRANTED = "not_granted", _("Your grant does not cover that day.")
        PAUSED = "paused", _("The help is paused then.")
        NOT_OPEN = "not_open", _("We take no bookings on the internet now.")
        TOO_LATE = "too_late", _("It was too late to book it.")
        KEY_REUSED = "key_reused", _("Something went wrong here. Call us to book it.")
        SET = "set", _("The municipality sets the times now.")
        NOT_YOURS = "not_yours", _("Staff choose the times until a later date.")
        WINDOW = "window", _("It is outside the agreed window.")
        ENOUGH = "enough", _("There is a visit of this service that day already.")
        TOO_CLOSE = "too_close", _("It is too few days from another visit of this service.")

    series = models.ForeignKey(BookingSeries, on_delete=models.CASCADE, related_name="dates")
    date = models.DateField()
    state = models.CharField(max_length=7, choices=State.choices)
    booking = models.OneToOneField(
        Booking, null=True, on_delete=models.SET_NULL, related_name="series_date"
    )
    why = models.CharField(max_length=11, choices=Why.choices, blank=True)

    class Meta:
        ordering = ["date"]
        constraints = [
            models.UniqueConstraint(fields=["series", "date"], name="one_answer_per_series_date")
        ]

    def __str__(self) -> str:
        return f"{self.date}: {self.state}"
