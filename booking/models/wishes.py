"""Days that somebody waits for a free time on."""

import uuid

from django.conf import settings
from django.db import models

from booking.models.bookings import Booking
from booking.models.recipients import Recipient
from departments.models import Service


class SlotWish(models.Model):
    """Somebody wants to be told when a time opens on a day: the recipient, or ``by`` who acts
    for them. It holds nothing for them: who books first has it.

    ``free`` are the starts (epoch seconds) that were free for the person when their day was
    looked at last, and ``revision`` is what its Days stood at then: as long as they stand
    there, nothing can have opened.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    recipient = models.ForeignKey(Recipient, on_delete=models.CASCADE, related_name="wishes")
    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    date = models.DateField()
    # the visit that would be moved there, rather than one more
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
