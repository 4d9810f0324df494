"""What somebody did to cover a day on which visits lacked a carer."""

import uuid

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models

from departments.models import Day


class CoverageAct(models.Model):
    """A suggestion that was carried out, so that it can be undone while nobody has acted on it.

    ``given`` has an object for each visit that got a carer: the ids of the ``visit``, of its
    shift ``before``, None without one, and of the one ``after``. ``lost`` are the bookings that
    were cancelled.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    day = models.ForeignKey(Day, on_delete=models.CASCADE, related_name="coverage_acts")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    at = models.DateTimeField(auto_now_add=True)
    given = models.JSONField(default=list)
    lost = ArrayField(models.UUIDField(), default=list)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    undone_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["at"]

    def __str__(self) -> str:
        return f"{len(self.given)} given, {len(self.lost)} lost"
