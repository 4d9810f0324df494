"""Who may act for a recipient."""

import datetime as dt
import uuid

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Q, Value
from django.utils.translation import gettext_lazy as _

from booking.models.recipients import Recipient
from database.expressions import DateRange


class MandateQuerySet(models.QuerySet["Mandate"]):
    def in_force(self, on: dt.date) -> "MandateQuerySet":
        return self.filter(
            Q(valid_until__isnull=True) | Q(valid_until__gte=on),
            revoked_at__isnull=True,
            valid_from__lte=on,
            recipient__departed_at__isnull=True,
        )

    def to_book(self, on: dt.date) -> "MandateQuerySet":
        return self.in_force(on).filter(may=Mandate.May.BOOK)


class Mandate(models.Model):
    """The right of a user, its holder, to act for a recipient (FHIR Consent; the holder is a
    RelatedPerson).

    A helper's mandate is given by the recipient, who may end it at any time. A guardian's
    (*verge*) follows from a document of the authorities: an administrator registers it with
    the document's reference, and ends it. Ended mandates are kept, because the history refers
    to their holders.
    """

    class Kind(models.TextChoices):
        HELPER = "helper", _("Helper")
        GUARDIAN = "guardian", _("Guardian")

    class May(models.TextChoices):
        LOOK = "look", _("See the visits")
        BOOK = "book", _("See, book, move and cancel visits")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    recipient = models.ForeignKey(Recipient, on_delete=models.CASCADE, related_name="mandates")
    holder = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+"
    )
    # As entered by the giver: an e-mail address must not reveal its owner's name.
    holder_name = models.CharField(_("name"), max_length=100)
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.HELPER)
    may = models.CharField(
        _("what they may do"), max_length=10, choices=May.choices, default=May.BOOK
    )
    # The holder gets the messages about the recipient's visits too; instead of the recipient
    # when they have no log-in. The holder chooses the channels, or none.
    is_told = models.BooleanField(_("gets the messages"), default=False)
    # The recipient lets the holder see their own plans.
    sees_plans = models.BooleanField(default=False)
    valid_from = models.DateField(_("applies from"))
    valid_until = models.DateField(_("applies until and including"), null=True, blank=True)
    reference = models.CharField(_("the paper's reference"), max_length=100, blank=True)
    given_at = models.DateTimeField(auto_now_add=True)
    given_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )

    objects = MandateQuerySet.as_manager()

    class Meta:
        ordering = ["given_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_until__gte=F("valid_from")),
                name="mandate_ends_after_start",
                violation_error_message=_("The last day is before the first."),
            ),
            models.CheckConstraint(
                condition=Q(kind="helper") | ~Q(reference=""), name="guardian_has_a_paper"
            ),
            ExclusionConstraint(
                name="no_overlapping_mandates",
                expressions=[
                    ("recipient", RangeOperators.EQUAL),
                    ("holder", RangeOperators.EQUAL),
                    (
                        DateRange("valid_from", "valid_until", Value("[]")),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                condition=Q(revoked_at__isnull=True),
                violation_error_message=_("This person may do so already."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} from {self.valid_from}"

    @property
    def is_guardians(self) -> bool:
        return self.kind == self.Kind.GUARDIAN

    @property
    def may_book(self) -> bool:
        return self.may == self.May.BOOK
