"""What a person asks about a visit whose time is not theirs to change."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from booking.models.bookings import Booking


class VisitRequest(models.Model):
    """A person can't be there then, or does not want the visit. The visit stands until staff
    have answered: kept it, moved it or cancelled it."""

    class Kind(models.TextChoices):
        OTHER_TIME = "other_time", _("Can't then")
        UNWANTED = "unwanted", _("Does not want it")

    class Answer(models.TextChoices):
        KEPT = "kept", _("The visit is kept")
        MOVED = "moved", _("The visit is moved")
        CANCELLED = "cancelled", _("The visit is cancelled")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    booking = models.ForeignKey(Booking, on_delete=models.CASCADE, related_name="requests")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    made_at = models.DateTimeField(auto_now_add=True)
    answer = models.CharField(max_length=9, choices=Answer.choices, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    answered_at = models.DateTimeField(null=True)
    words = models.CharField(_("answer to the person"), max_length=200, blank=True)

    class Meta:
        ordering = ["made_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["booking"],
                condition=Q(answered_at__isnull=True),
                name="one_open_request_per_visit",
            ),
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True, answer="")
                | (Q(answered_at__isnull=False) & ~Q(answer="")),
                name="visit_request_answered_with_an_answer",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind}, {self.answer or 'open'}"
