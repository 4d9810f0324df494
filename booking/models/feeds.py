"""Calendar feeds: secret URLs for calendar programs."""

import uuid

from django.conf import settings
from django.db import models

from booking.models.recipients import Recipient


class CalendarFeed(models.Model):
    """A secret URL under which a calendar program reads a recipient's visits.

    Only the secret's hash is stored: the URL is shown once, when it is made.
    """

    number = 0  # set by ``queries.open_feeds``

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    recipient = models.ForeignKey(Recipient, on_delete=models.CASCADE, related_name="feeds")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    secret_hash = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField(auto_now_add=True)
    read_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["made_at"]

    def __str__(self) -> str:
        return f"Calendar feed {self.pk}"
