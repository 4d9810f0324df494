"""Services that can be booked, and the qualifications they require."""

import datetime as dt
import uuid
from typing import Self

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from database.versions import Versioned
from departments.models.settings import Department


class Qualification(models.Model):
    """A skill that a service may require of its carer; shared by all departments."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(_("name"), max_length=100, unique=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class KindOfTime(models.TextChoices):
    """Who chooses the time of a visit: the default of a service's grants."""

    SET = "set", _("The municipality sets the times")
    WINDOW = "window", _("Chooses within an agreed window")
    FREE = "free", _("Chooses freely")


class Service(Versioned):
    """What a recipient books (FHIR HealthcareService).

    A change of ``minutes`` or ``carers`` applies to new bookings only. A change of
    ``qualifications`` reseats coming visits.
    """

    class Place(models.TextChoices):
        HOME = "home", _("At your home")
        OFFICE = "office", _("At our office")
        REMOTE = "remote", _("By phone or video")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    department = models.ForeignKey(Department, on_delete=models.CASCADE, related_name="services")
    name = models.CharField(_("name"), max_length=60)
    description = models.CharField(_("description"), max_length=200, blank=True)
    symbol = models.CharField(_("symbol"), max_length=40, default="calendar")
    minutes = models.PositiveSmallIntegerField(
        _("length in minutes"), validators=[MinValueValidator(5), MaxValueValidator(720)]
    )
    carers = models.PositiveSmallIntegerField(
        _("carers needed"), default=1, validators=[MinValueValidator(1), MaxValueValidator(4)]
    )
    place = models.CharField(_("place"), max_length=10, choices=Place.choices, default=Place.HOME)
    kind_of_time = models.CharField(
        _("who chooses the time"),
        max_length=6,
        choices=KindOfTime.choices,
        default=KindOfTime.FREE,
    )
    qualifications = models.ManyToManyField(
        Qualification, blank=True, related_name="+", verbose_name=_("what the carer must know")
    )
    is_active = models.BooleanField(_("can be booked"), default=True)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["department", "name"],
                name="one_service_per_name",
                violation_error_message=_("There is already a service with this name."),
            ),
            models.CheckConstraint(
                condition=models.Q(minutes__gte=5, carers__gte=1), name="service_takes_time"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ChoiceDeadline(models.Model):
    """How long a recipient with an agreed time may choose another one: until ``time`` on the
    ``working_days``-th working day before the visit. A service without a row has the defaults.

    A table of its own, because the statement behind every page reads all columns of Service.
    """

    service = models.OneToOneField(
        Service, on_delete=models.CASCADE, related_name="choice_deadline", primary_key=True
    )
    working_days = models.PositiveSmallIntegerField(
        _("working days before the visit"),
        default=2,
        validators=[MinValueValidator(1), MaxValueValidator(10)],
    )
    time = models.TimeField(_("time of day"), default=dt.time(12))

    def __str__(self) -> str:
        return f"{self.working_days} working days before, {self.time:%H:%M}"

    @classmethod
    def of(cls, service: Service) -> Self:
        """The service's deadline, or the default; not saved then."""
        return cls.objects.filter(service=service).first() or cls(service=service)


class NoContactStep(models.Model):
    """What a carer does when nobody opens, as the department writes it for a service.

    ``shows`` says which numbers or facts the carer sees with the step. ``phone`` is a number
    that the department writes, such as a janitor's. A service without steps has the defaults
    (``departments.queries.no_contact_steps``).
    """

    MOST = 6  # of a service

    class Shows(models.TextChoices):
        NOTHING = "", _("Only the text")
        PERSON = "person", _("The person's number")
        CONTACTS = "contacts", _("The contacts to call")
        KEY = "key", _("How to get in")
        DUTY = "duty", _("The duty phone")

    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="no_contact_steps")
    position = models.PositiveSmallIntegerField()
    text = models.CharField(_("what to do"), max_length=200)
    shows = models.CharField(
        _("shows"), max_length=8, choices=Shows.choices, blank=True, default=Shows.NOTHING
    )
    phone = models.CharField(_("another number"), max_length=30, blank=True)  # E.164

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(
                fields=["service", "position"], name="one_no_contact_step_per_position"
            )
        ]

    def __str__(self) -> str:
        return self.text
