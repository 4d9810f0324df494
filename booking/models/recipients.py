"""Recipients of services."""

import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from database.expressions import Alphabetical
from database.versions import Versioned
from departments.models import Department

# Fields of a recipient with a confidential address that pages, forms, lists, files, messages and
# the API never show. Only the carer sees them, for the next visit. They show ``shown_address``
# and so on, which are empty then; ``tests/test_confidential.py`` reads every page. The user's
# ``contact_email``, which may name a workplace, is treated the same.
CONFIDENTIAL = ("phone", "address", "directions")


class Recipient(Versioned):
    """A person who has been granted services (FHIR Patient), with or without a log-in.

    Recipients belong to no department; their grants do. ``revision`` rises with every change
    of the recipient's bookings and grants, for the ETags of their pages, and ``version`` when
    their particulars change. This row is locked before any Day.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="recipient",
    )
    given_name = models.CharField(_("first name"), max_length=100)
    family_name = models.CharField(_("last name"), max_length=100, blank=True)
    phone = models.CharField(_("phone"), max_length=30, blank=True)  # E.164, or older text
    address = models.CharField(_("address"), max_length=200, blank=True)
    directions = models.CharField(_("how to get in"), max_length=200, blank=True)
    has_confidential_address = models.BooleanField(_("confidential address"), default=False)
    departed_at = models.DateTimeField(null=True)  # moved away or dead (``Departure``)
    revision = models.PositiveBigIntegerField(default=0)
    # Who sent the form that added this recipient, and for which department: its key finds
    # nothing for anybody else.
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    added_in = models.ForeignKey(
        Department, null=True, on_delete=models.SET_NULL, related_name="+"
    )

    is_hidden = False

    class Meta:
        ordering = [
            Alphabetical("family_name", "given_name"),
            Alphabetical("given_name"),
            "id",
        ]

    def __str__(self) -> str:
        return self.full_name

    def hide(self) -> None:
        """Take name and contact details from this instance, for a reader to whom the file is
        closed. It can't be saved any more."""
        self.given_name, self.family_name = _("Busy"), ""  # type: ignore[assignment]
        self.phone = self.address = self.directions = ""
        self.is_hidden = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.is_hidden:
            raise TypeError("Its name and contact details are hidden.")
        super().save(*args, **kwargs)

    @property
    def full_name(self) -> str:
        return f"{self.given_name} {self.family_name}".strip()

    @property
    def listed_name(self) -> str:
        """ "Holm, Berit", as lists are sorted."""
        return ", ".join(filter(None, [self.family_name, self.given_name]))

    @property
    def shown_phone(self) -> str:
        return self._shown("phone")

    @property
    def shown_address(self) -> str:
        return self._shown("address")

    @property
    def shown_directions(self) -> str:
        return self._shown("directions")

    def _shown(self, field: str) -> str:
        """The field's value; empty when it is confidential."""
        if self.has_confidential_address and field in CONFIDENTIAL:
            return ""
        value: str = getattr(self, field)
        return value

    @property
    def initials(self) -> str:
        return (self.given_name[:1] + self.family_name[:1]).upper()


class Contact(models.Model):
    """Somebody to call about a recipient, such as a relative; it opens nothing for them.

    ``is_called``: call when nobody opens the door. ``shown_name`` and ``shown_phone`` are empty
    while the recipient's address is confidential.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    recipient = models.ForeignKey(Recipient, on_delete=models.CASCADE, related_name="contacts")
    position = models.PositiveSmallIntegerField()
    name = models.CharField(_("name"), max_length=100)
    phone = models.CharField(_("phone"), max_length=30)  # E.164
    relation = models.CharField(_("relation"), max_length=60, blank=True)
    is_called = models.BooleanField(_("call when nobody opens"), default=True)

    class Meta:
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return f"Contact {self.pk}"

    @property
    def shown_name(self) -> str:
        return "" if self.recipient.has_confidential_address else self.name

    @property
    def shown_phone(self) -> str:
        return "" if self.recipient.has_confidential_address else self.phone


class KeyFacts(Versioned):
    """How carers get into a recipient's home. A row of its own, so that pages and lists which
    read a recipient do not read it. Never printed: see ``workflow.queries.keys``."""

    recipient = models.OneToOneField(
        Recipient, primary_key=True, on_delete=models.CASCADE, related_name="key_facts"
    )
    has_key = models.BooleanField(_("we have a key"), default=False)
    cabinet_number = models.CharField(_("number in the key cabinet"), max_length=10, blank=True)
    has_electronic_lock = models.BooleanField(_("electronic lock"), default=False)

    class Meta:
        verbose_name_plural = "key facts"

    def __str__(self) -> str:
        return f"Key facts {self.pk}"
