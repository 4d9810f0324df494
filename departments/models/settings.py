"""A department and its settings."""

import datetime as dt
import uuid

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from database.versions import Versioned


class Department(Versioned):
    """A unit that gives services (FHIR Organization).

    ``configuration_revision`` rises when a setting or a service changes. Offers cached
    under an older number are not used. ``version`` rises when a setting changes, and
    ``hours_version`` with every change of opening hours and special days: the week is one
    thing to edit, because a change of one period can make several rows.
    """

    class PublicHolidays(models.TextChoices):
        CLOSED = "closed", _("Closed")
        AS_SUNDAY = "sunday", _("As on Sundays")
        AS_USUAL = "usual", _("As on other days")

    class GrantsBy(models.TextChoices):
        """Who enters grants: an ``Employee.Role``."""

        ADMINISTRATOR = "administrator", _("The department's administrators")
        CASE_WORKER = "case_worker", _("Case workers")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(_("name"), max_length=100, unique=True)
    phone = models.CharField(_("phone"), max_length=30, blank=True)
    # Numbers with weekdays and hours (``departments.phones.PhoneHours``). In this row, so that a
    # page that has the department knows which number answers now without another statement.
    phone_hours = models.JSONField(_("phone numbers by hour"), default=list, blank=True)
    is_open = models.BooleanField(_("open for booking"), default=True)

    horizon_days = models.PositiveSmallIntegerField(
        _("days ahead that can be booked"),
        default=14,
        validators=[MinValueValidator(1), MaxValueValidator(90)],
    )
    slot_minutes = models.PositiveSmallIntegerField(
        _("minutes between possible start times"),
        default=30,
        choices=[(5, "5"), (10, "10"), (15, "15"), (20, "20"), (30, "30"), (60, "60")],
    )
    settling_time = models.TimeField(
        _("when the next day's plan is settled"), default=dt.time(18, 0)
    )
    minimum_notice_minutes = models.PositiveIntegerField(
        _("shortest time from booking to visit, in minutes"), default=120
    )
    change_deadline_minutes = models.PositiveIntegerField(
        _("latest time before a visit to move it, in minutes"), default=120
    )
    cancel_deadline_minutes = models.PositiveIntegerField(
        _("latest time before a visit to cancel it, in minutes"), default=120
    )
    travel_minutes = models.PositiveSmallIntegerField(
        _("minutes of travel between two visits"),
        default=15,
        validators=[MaxValueValidator(120)],
    )
    public_holidays = models.CharField(
        _("on public holidays"),
        max_length=10,
        choices=PublicHolidays.choices,
        default=PublicHolidays.AS_SUNDAY,
    )
    # Before the end of the grant's week or month, its last day included.
    week_warning_days = models.PositiveSmallIntegerField(
        _("days before the end of a week to warn of essential services not booked"),
        default=4,
        validators=[MinValueValidator(1), MaxValueValidator(7)],
    )
    month_warning_days = models.PositiveSmallIntegerField(
        _("days before the end of a month to warn of essential services not booked"),
        default=7,
        validators=[MinValueValidator(1), MaxValueValidator(31)],
    )
    # Whether a visit counts in the quota when it was not made.
    charges_declined = models.BooleanField(
        _("count visits that are declined at the door"), default=False
    )
    charges_no_contact = models.BooleanField(
        _("count visits when we get no contact"), default=True
    )
    no_contact_minutes = models.PositiveSmallIntegerField(
        _("minutes until a visit without contact is alarmed again"),
        default=15,
        validators=[MinValueValidator(5), MaxValueValidator(120)],
    )
    grants_by = models.CharField(
        _("who enters grants"),
        max_length=13,
        choices=GrantsBy.choices,
        default=GrantsBy.ADMINISTRATOR,
    )
    appeal_text = models.CharField(_("text on appeal"), max_length=500, blank=True)
    configuration_revision = models.PositiveBigIntegerField(default=1, editable=False)
    hours_version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
