"""Users, invitations, changes, the access log, messages and their addresses, API tokens."""

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.base_session import AbstractBaseSession
from django.core.serializers.json import DjangoJSONEncoder
from django.core.signing import Signer
from django.db import models
from django.db.models.functions import Lower
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

from accounts.phones import mobile_number
from accounts.roles import Role
from database.versions import Versioned

INVITATION_SALT = "accounts.invitation"


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str | None, password: str | None = None, **fields: Any) -> "User":
        """Create a user. Without a password they can only log in with a code, without an e-mail
        not at all."""
        known = self.normalize_email(email).lower() if email else None
        user = self.model(email=known, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email__iexact=username)


def languages() -> list[tuple[str, str]]:
    """A function, so that a municipality's own languages are no migration."""
    return list(settings.LANGUAGES)


def default_language() -> str:
    return str(settings.LANGUAGE_CODE)


class User(AbstractBaseUser, Versioned):
    """Somebody who can log in. What they may do follows from rows of other models
    (``Employee``, ``Recipient``, ``Coordinator``), never from flags here.

    ``email`` is None for an employee who has not accepted their invitation: shifts can have
    the name already, nobody can log in, and no message is sent except to a ``contact_email``
    from staff. It is None too for a recipient without a log-in who has a ``contact_email``.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    email = models.EmailField(_("e-mail"), unique=True, null=True)  # noqa: DJ001
    # Where messages go, if not to ``email``. Several users may share one: it opens nothing.
    contact_email = models.EmailField(_("e-mail for messages"), blank=True)
    given_name = models.CharField(_("first name"), max_length=100)
    family_name = models.CharField(_("last name"), max_length=100, blank=True)
    phone = models.CharField(_("phone"), max_length=30, blank=True)  # E.164
    # Whether the user has entered a code that was sent there. Else text messages name no
    # service: the number may be somebody else's.
    phone_is_confirmed = models.BooleanField(default=False, editable=False)
    language = models.CharField(
        _("language"), max_length=2, choices=languages, default=default_language
    )
    preferences = models.JSONField(default=dict, blank=True)
    # Whether they ever had a mandate: saves a query on each page for everybody else.
    acts_for_others = models.BooleanField(default=False, editable=False)
    # Whether somebody close to them was ever registered among the recipients: as above.
    has_relatives = models.BooleanField(default=False, db_default=False, editable=False)
    is_active = models.BooleanField(default=True)
    joined_at = models.DateTimeField(auto_now_add=True)

    # Set for the request of somebody who has access only as the duty lead: each entry that the
    # request writes to the access log says so.
    as_duty_lead = False

    # The role that a request in the browser is made in, if the user has any; only its rights
    # hold. None elsewhere, also for programs: all rights of the user hold.
    role: str | None = None
    # Whether recipients may be closed to them in a staff role (``booking.access.close``). False
    # for a request of somebody who is no recipient, acts for nobody, and has no relatives.
    may_be_close = True
    roles_to_choose: Sequence[Role] = ()  # for a request: more than one, or empty

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
    def message_email(self) -> str:
        """The e-mail address for messages. Codes, links to a new password and invitations go
        to ``email`` only."""
        return self.contact_email or self.email or ""

    @property
    def initials(self) -> str:
        return (self.given_name[:1] + self.family_name[:1]).upper()

    def acts_as(self, role: Role) -> bool:
        """Whether rights of the role hold now. Whether the user has it is another question."""
        return self.role is None or self.role == role

    @property
    def has_simple_view(self) -> bool:
        """Whether the user has chosen the simple pages, with one question each."""
        return bool(self.preferences.get("view") == "simple")


class Coordinator(models.Model):
    """A municipal coordinator: sees figures of all departments, and no personal data."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="coordinator"
    )
    since = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"Coordinator {self.pk}"


class AccessLogEntry(models.Model):
    """One access to one person's data (FHIR AuditEvent). Rows are never changed.

    ``subject_id`` is the recipient's key: this app does not know recipients.
    """

    at = models.DateTimeField(auto_now_add=True)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    subject_id = models.UUIDField()
    department_id = models.UUIDField(null=True)
    what = models.CharField(max_length=100)  # the page's URL name, or the action
    as_duty_lead = models.BooleanField(default=False, db_default=False)
    # Why somebody opened access that had ended; the person reads it.
    reason = models.CharField(max_length=200, blank=True, default="", db_default="")

    class Meta:
        indexes = [
            models.Index(fields=["subject_id", "-at"], name="accesslog_subject"),
            models.Index(fields=["actor", "-at"], name="accesslog_actor"),
        ]
        verbose_name_plural = "access log entries"

    def __str__(self) -> str:
        return f"{self.what} at {self.at:%Y-%m-%d %H:%M}"


class ChangeQuerySet(models.QuerySet["Change"]):
    def update(self, **values: Any) -> int:
        raise TypeError("Changes are only inserted.")

    def bulk_update(self, *args: Any, **kwargs: Any) -> int:
        raise TypeError("Changes are only inserted.")

    def delete(self) -> tuple[int, dict[str, int]]:
        raise TypeError("Changes are only inserted.")


class Change(models.Model):
    """Who changed what, and what it was before. Rows are only inserted.

    The action that makes a change records it (``accounts.actions.changes``); the apps above
    register how each verb is described (``accounts.changes``). This app knows neither
    departments nor recipients, so their keys are plain. ``subject_id`` is the recipient or user
    concerned. ``department_id`` is the department whose administrators may read the change; a
    change without one is read by the person concerned only.

    ``before`` and ``after`` contain the values that differ. Free text and confidential fields
    have no value there: ``after["changed"]`` lists their names.
    """

    at = models.DateTimeField(auto_now_add=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    verb = models.CharField(max_length=50)  # the action, e.g. "change_opening_hours"
    department_id = models.UUIDField(null=True)
    subject_id = models.UUIDField(null=True)
    object_type = models.CharField(max_length=50, blank=True)  # e.g. "booking.grant"
    object_id = models.UUIDField(null=True)
    before = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    after = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    reason = models.CharField(max_length=200, blank=True)

    objects = ChangeQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-id"]
        indexes = [
            models.Index(fields=["department_id", "-at", "-id"], name="changes_department"),
            models.Index(fields=["subject_id", "-at", "-id"], name="changes_subject"),
            models.Index(fields=["object_id", "-at", "-id"], name="changes_object"),
        ]

    def __str__(self) -> str:
        return f"{self.verb} at {self.at:%Y-%m-%d %H:%M}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise TypeError("Changes are only inserted.")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise TypeError("Changes are only inserted.")


class Message(models.Model):
    """A row of the outbox: one message to one person over one channel.

    It is written in the transaction of the change that it describes. It contains no text and
    no address: both are looked up just before sending, so that the message is true, in the
    right language and goes to the current address.
    """

    class Channel(models.TextChoices):
        EMAIL = "email", _("E-mail")
        SMS = "sms", _("Text message")
        LETTER = "letter", _("Letter")  # printed by the department
        NONE = "none", _("Nothing")  # not wanted; the row stays so that it is not posted again

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        SENDING = "sending", _("On its way")
        SENT = "sent", _("Sent")
        NEEDLESS = "needless", _("Not needed any more")
        DEAD = "dead", _("Could not be sent")

    class Why(models.TextChoices):
        """Why it was not sent, or not at once. Never contains personal data."""

        NOT_WANTED = "not_wanted", _("the person did not want it")
        NOT_TRUE = "not_true", _("it was not true any more")
        TOO_LATE = "too_late", _("it came too late")
        REFUSED = "refused", _("the address does not take messages")
        FAILED = "failed", _("it could not be sent")
        QUIET = "quiet", _("it waits until the morning")
        ENOUGH = "enough", _("the person has had enough messages that day")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="+"
    )
    # The recipient it is about, and the department that prints it if it is a letter. Plain
    # keys, because this app knows neither model.
    subject_id = models.UUIDField(null=True)
    department_id = models.UUIDField(null=True)
    kind = models.CharField(max_length=50)  # registered with accounts.messages.notices
    key = models.CharField(max_length=100)  # a message is posted once per key
    about_id = models.UUIDField(null=True)
    facts = models.JSONField(default=dict)  # keys and instants that the text needs
    channel = models.CharField(max_length=6, choices=Channel.choices)
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    why = models.CharField(max_length=10, choices=Why.choices, blank=True)
    posted_at = models.DateTimeField(auto_now_add=True)
    # While SENDING: from then on another worker may claim it, because this one has died.
    due_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["posted_at", "id"]
        indexes = [
            models.Index(
                fields=["due_at"],
                name="message_due",
                condition=models.Q(state__in=["waiting", "sending"]),
            ),
            models.Index(fields=["about_id", "kind"], name="message_about"),
            models.Index(fields=["user", "channel", "ended_at"], name="message_daily"),
            models.Index(
                fields=["department_id", "subject_id"],
                name="message_letters",
                condition=models.Q(channel="letter", state="waiting"),
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["key", "kind", "user", "subject_id", "channel"],
                nulls_distinct=False,
                name="message_told_once",
            ),
            models.CheckConstraint(
                condition=models.Q(user__isnull=False) | models.Q(subject_id__isnull=False),
                name="message_to_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} by {self.channel}, {self.state}"


def _by_email() -> list[str]:
    return [Message.Channel.EMAIL]


def _by_sms() -> list[str]:
    return [Message.Channel.SMS]


class MessageChoices(Versioned):
    """The channels that a user wants for each topic; an empty list means no message.

    The list fields have the names of ``accounts.messages.notices.Topic``.
    """

    CHANNELS = [choice for choice in Message.Channel.choices if choice[0] in ("email", "sms")]

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="message_choices"
    )
    confirmation = ArrayField(models.CharField(max_length=6, choices=CHANNELS), default=_by_email)
    by_others = ArrayField(models.CharField(max_length=6, choices=CHANNELS), default=_by_email)
    day_before = ArrayField(models.CharField(max_length=6, choices=CHANNELS), default=_by_email)
    hours_before = ArrayField(models.CharField(max_length=6, choices=CHANNELS), default=_by_sms)
    news = ArrayField(models.CharField(max_length=6, choices=CHANNELS), default=_by_email)
    # Empty: no message about those the user acts for, including reminders.
    for_others = ArrayField(models.CharField(max_length=6, choices=CHANNELS), default=_by_email)
    # If False, messages and calendar feeds say "appointment" without service and carer.
    names_service = models.BooleanField(default=False)

    def __str__(self) -> str:
        return f"Message choices {self.pk}"


class DeadAddress(models.Model):
    """An address that gave messages back. Ignored once the user has another address."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="dead_addresses"
    )
    channel = models.CharField(max_length=6, choices=MessageChoices.CHANNELS)
    address = models.CharField(max_length=254)
    since = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "channel"], name="one_dead_address_each")
        ]
        verbose_name_plural = "dead addresses"

    def __str__(self) -> str:
        return f"{self.channel} since {self.since:%Y-%m-%d}"

    @property
    def is_in_use(self) -> bool:
        """Whether it is still the user's address."""
        if self.channel == Message.Channel.EMAIL:
            return self.address == self.user.message_email
        return self.address == mobile_number(self.user.phone)


class SendingPause(models.Model):
    """A channel whose server refused several messages in a row. None is sent until then."""

    channel = models.CharField(max_length=6, choices=MessageChoices.CHANNELS, primary_key=True)
    failures = models.PositiveSmallIntegerField(default=0)  # in a row
    until = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.channel}, {self.failures} failures in a row"


class AddressChange(models.Model):
    """A change of a user's e-mail address or phone number. ``is_contact``: of the e-mail
    address for messages, not of the one to log in with.

    A change by the user is applied once they have entered the code that was sent to the new
    address. ``digest`` is the digest of that code. It is empty if no code is valid: a newer
    one was requested, or the address belongs to somebody else.
    """

    CODE_LASTS = dt.timedelta(minutes=15)
    ATTEMPTS = 5  # of one code

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    channel = models.CharField(max_length=6, choices=MessageChoices.CHANNELS)
    is_contact = models.BooleanField(default=False)
    address = models.CharField(max_length=254, blank=True)
    old_address = models.CharField(max_length=254, blank=True)
    digest = models.CharField(max_length=64, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    asked_at = models.DateTimeField(auto_now_add=True)
    made_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-asked_at", "id"]
        indexes = [
            models.Index(fields=["user", "-asked_at"], name="address_change_user"),
            models.Index(fields=["address", "-asked_at"], name="address_change_address"),
        ]

    def __str__(self) -> str:
        return f"{self.channel} requested at {self.asked_at:%Y-%m-%d %H:%M}"

    def is_pending(self, now: dt.datetime) -> bool:
        """Whether the code can still be entered."""
        is_fresh = self.asked_at > now - self.CODE_LASTS
        return is_fresh and self.made_at is None and self.attempts < self.ATTEMPTS


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def open(self, now: dt.datetime) -> "InvitationQuerySet":
        """Not answered, and not too old to be."""
        return self.filter(answer="", expires_at__gt=now)


class Invitation(models.Model):
    """A proposal to the owner of an e-mail address. Nothing is opened before they accept.

    An address typed by somebody else says where to write, never who somebody is. So an
    invitation is made and sent in the same way whether the address is known or not. Apps
    above register the kinds (``accounts.invitations``) and know what ``target_id`` is.

    The link in the mail contains ``token``, which is signed with the server's secret and
    therefore not stored. A letter (``accounts.actions.invitations``) has a code in its
    place and no address: who enters the code gets an invitation by mail. Only a digest of the
    code is stored, and ``attempts`` says how often it was used.
    """

    LASTS = dt.timedelta(days=14)
    LETTER_LASTS = dt.timedelta(days=28)  # of which the post takes some

    class Answer(models.TextChoices):
        ACCEPTED = "accepted", _("Accepted")
        DECLINED = "declined", _("Declined")
        WITHDRAWN = "withdrawn", _("Withdrawn")
        REPLACED = "replaced", _("Replaced")  # by a newer one for the same target

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=30)
    address = models.EmailField(blank=True)  # lower case
    code_digest = models.CharField(max_length=64, blank=True, default="", db_default="")
    target_id = models.UUIDField()
    department_id = models.UUIDField(null=True)
    proposal = models.JSONField(default=dict)  # only what the inviter entered
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    # Some kinds are sent only after somebody else has confirmed them.
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    made_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)  # when to send; null: not to be sent
    attempts = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True)
    answer = models.CharField(max_length=10, choices=Answer.choices, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    answered_at = models.DateTimeField(null=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        ordering = ["made_at", "id"]
        indexes = [
            models.Index(
                fields=["due_at"],
                name="invitation_due",
                condition=models.Q(answer="", sent_at__isnull=True, due_at__isnull=False),
            ),
            models.Index(fields=["address"], name="invitation_address"),
            models.Index(fields=["kind", "target_id"], name="invitation_target"),
            models.Index(
                fields=["code_digest"],
                name="invitation_code",
                condition=~models.Q(code_digest=""),
            ),
            models.Index(fields=["department_id", "made_at"], name="invitation_department"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} made at {self.made_at:%Y-%m-%d %H:%M}"

    @property
    def is_letter(self) -> bool:
        return bool(self.code_digest)

    @property
    def token(self) -> str:
        return Signer(salt=INVITATION_SALT).sign(str(self.pk))

    def is_open(self, now: dt.datetime) -> bool:
        return not self.answer and self.expires_at > now


class ApiTokenQuerySet(models.QuerySet["ApiToken"]):
    def unrevoked(self) -> "ApiTokenQuerySet":
        return self.filter(revoked_at__isnull=True)


class ApiToken(models.Model):
    """Lets a program act for its owner, within scopes and until a date.

    Only a digest of the secret is stored. A token never permits more than its owner may do.
    """

    class Scope(models.TextChoices):
        """Scopes that the apps above require. They are here because the token stores them."""

        READ_BOOKINGS = "bookings:read", _("See my services, free times and visits")
        WRITE_BOOKINGS = "bookings:write", _("Book, move and cancel visits")
        READ_WORK_LISTS = "work-lists:read", _("See my work list (employees)")

    LONGEST_DAYS = 366

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="api_tokens"
    )
    name = models.CharField(_("name"), max_length=60)
    digest = models.CharField(max_length=64, unique=True)
    scopes = ArrayField(models.CharField(max_length=20, choices=Scope.choices))
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)  # to within a few minutes
    revoked_at = models.DateTimeField(null=True)

    objects = ApiTokenQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "id"]

    def __str__(self) -> str:
        return self.name

    @property
    def scope_labels(self) -> list[str]:
        return [str(self.Scope(scope).label) for scope in self.scopes]

    def is_expired(self, now: dt.datetime) -> bool:
        return self.expires_at <= now


class UserSession(AbstractBaseSession):
    """A browser's session. Without its row nobody is logged in.

    ``user`` is empty while a log-in is under way.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="sessions"
    )
    # The role that the user has chosen in this browser (``accounts.roles``); empty before that.
    role = models.CharField(max_length=15, blank=True, default="", db_default="")
    previous_key = models.CharField(max_length=40, blank=True, db_default="", db_index=True)

    def __str__(self) -> str:
        return f"Session until {self.expire_date:%Y-%m-%d %H:%M}"

    @classmethod
    def get_session_store_class(cls) -> type[SessionBase]:
        store: type[SessionBase] = import_string(f"{settings.SESSION_ENGINE}.SessionStore")
        return store


class LoginCode(models.Model):
    """A log-in by code that is under way; the browser has only its id. Deleted when it is
    used, tried too often or too old.

    ``user`` is empty where the address is unknown: the same is done for it, but no code is
    right. ``account`` is what tries are counted for; see ``accounts.known_devices``.
    """

    class Purpose(models.TextChoices):
        LOG_IN = "log_in"
        AGAIN = "again"  # a logged-in user shows that it is still them

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="+"
    )
    purpose = models.CharField(max_length=6, choices=Purpose.choices)
    email = models.EmailField()
    account = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)
    codes_sent = models.PositiveSmallIntegerField(default=1)
    expires_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"Log-in until {self.expires_at:%Y-%m-%d %H:%M}"


class LoginAttempts(models.Model):
    """How often something was done for one account since an instant."""

    key = models.CharField(primary_key=True, max_length=80)  # what, and a digest of the account
    count = models.PositiveSmallIntegerField(default=0)
    since = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name_plural = "log-in attempts"

    def __str__(self) -> str:
        return f"{self.count} since {self.since:%Y-%m-%d %H:%M}"


class UnsentForm(models.Model):
    """What a user sent after their session had ended. One for each user: who is logged out
    can't fill the database."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, primary_key=True, on_delete=models.CASCADE, related_name="+"
    )
    browser = models.UUIDField()  # random; a cookie of the browser where it was written
    acting_for = models.UUIDField(null=True)
    path = models.TextField()
    fields = models.JSONField()
    at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"Sent at {self.at:%Y-%m-%d %H:%M}"
