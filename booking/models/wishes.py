"""Wishes for a free time on a day."""

import uuid

from django.conf import settings
from django.db import models

from booking.models.bookings import Booking
from booking.models.recipients import Recipient
from departments.models import Service


class SlotWish(models.Model):
    """A wish for a message when a time opens on a day. ``by`` gets it: the recipient, or a user
    who acts for them. It reserves nothing: the first who books gets the time.

    ``free`` are the starts (seconds since 1970) that were free for the recipient when the day
    was last checked. ``revision`` is the sum of the revisions of its Days then: while that is
    the same, no time can have opened.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    recipient = models.ForeignKey(Recipient, on_delete=models.CASCADE, related_name="wishes")
    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    date = models.DateField()
    # The visit to be moved to that day; without one, another visit is booked.
    moving = models.ForeignKey(Booking, null=True, on_delete=models.CASCADE, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)
    free = models.JSONField(default=list)
    revision = models.PositiveBigIntegerField(default=0)

    class Meta:
        ordering = ["date", "made_at"]
        verbose_name_plural = "slot wishes"
        constraints = [
            models.UniqueConstraint(
                fields=["recipient", "service", "date", "by"], name="one_wish_per_service_and_day"
            )
        ]

    def __str__(self) -> str:
        return f"a time on {self.date}"
