"""Employees who are close to a recipient."""

import uuid

from django.conf import settings
from django.db import models

from booking.models.recipients import Recipient


class Relation(models.Model):
    """An employee is a relative of a recipient, or close to them in another way: in a staff role
    they do not open the recipient's file. How they are close is not kept."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    recipient = models.ForeignKey(Recipient, on_delete=models.CASCADE, related_name="relations")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="relations"
    )
    declared_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    declared_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "recipient"], name="one_relation_each")
        ]

    def __str__(self) -> str:
        return f"Relation {self.pk}"
