"""Departures: a recipient has moved away or is dead, and everything stops."""

import datetime as dt
import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from booking.models.recipients import Recipient


class Departure(models.Model):
    """One member of staff reports it, another confirms it. From then on nothing is booked or
    sent, and neither the recipient nor anybody who acts for them gets in, until it is undone:
    possible for 30 days. Its pause has the same id.
    """

    UNDO_FOR = dt.timedelta(days=30)

    class Why(models.TextChoices):
        MOVED = "moved", _("Moved away")
        DEAD = "dead", _("Dead")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    recipient = models.ForeignKey(Recipient, on_delete=models.CASCADE, related_name="departures")
    why = models.CharField(_("what has happened"), max_length=5, choices=Why.choices)
    reported_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    reported_at = models.DateTimeField(auto_now_add=True)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    confirmed_at = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)
    has_closed_log_in = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["recipient"], condition=Q(undone_at__isnull=True), name="one_departure"
            )
        ]

    def __str__(self) -> str:
        return f"{self.why}, reported {self.reported_at:%Y-%m-%d}"

    def can_be_undone(self, now: dt.datetime) -> bool:
        return self.confirmed_at is None or now <= self.confirmed_at + self.UNDO_FOR
