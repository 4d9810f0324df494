"""The people: who can log in, and who looked at whom."""

import uuid
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """A user with a usable password only when one is given; others log in by code."""
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email__iexact=username)


class User(AbstractBaseUser):
    """Someone who can log in. What they may do follows from rows elsewhere
    (an ``Employee``, a ``Recipient``, a ``Coordinator``), never from flags here.
    """

    class Language(models.TextChoices):
        BOKMAAL = "nb", _("Norwegian bokmål")
        NYNORSK = "nn", _("Norwegian nynorsk")
        ENGLISH = "en", _("English")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    email = models.EmailField(_("e-mail"), unique=True)
    given_name = models.CharField(_("first name"), max_length=100)
    family_name = models.CharField(_("last name"), max_length=100, blank=True)
    phone = models.CharField(_("phone"), max_length=30, blank=True)
    language = models.CharField(
        _("language"), max_length=2, choices=Language.choices, default=Language.BOKMAAL
    )
    preferences = models.JSONField(default=dict, blank=True)
    is_active = models.BooleanField(default=True)
    joined_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ["given_name"]

    class Meta:
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                name="one_user_per_email",
                violation_error_message=_("Somebody already uses this e-mail."),
            )
        ]

    def __str__(self) -> str:
        return self.full_name

    @property
    def full_name(self) -> str:
        return f"{self.given_name} {self.family_name}".strip()

    @property
    def initials(self) -> str:
        return (self.given_name[:1] + self.family_name[:1]).upper()


class Coordinator(models.Model):
    """A municipal coordinator: sees figures for all departments, and no one's day."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="coordinator"
    )
    since = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"Coordinator {self.pk}"


class AccessLogEntry(models.Model):
    """One look at one person's data (FHIR AuditEvent). Written, never changed.

    ``subject_id`` is the recipient's key: this storey does not know recipients.
    """

    at = models.DateTimeField(auto_now_add=True)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    subject_id = models.UUIDField()
    department_id = models.UUIDField(null=True)
    what = models.CharField(max_length=100)  # the page's URL name or the verb

    class Meta:
        indexes = [
            models.Index(fields=["subject_id", "-at"], name="accesslog_subject"),
            models.Index(fields=["actor", "-at"], name="accesslog_actor"),
        ]
        verbose_name_plural = "access log entries"

    def __str__(self) -> str:
        return f"{self.what} at {self.at:%Y-%m-%d %H:%M}"
