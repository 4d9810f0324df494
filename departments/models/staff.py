"""Employees, their qualifications and absences."""

import datetime as dt
import uuid
from typing import Self, TypeVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from database.versions import Versioned
from departments.hours import Interval
from departments.models.services import Qualification
from departments.models.settings import Department

Row = TypeVar("Row", bound=models.Model, covariant=True)


class EmployeeQuerySet(models.QuerySet["Employee"]):
    def active(self, on: dt.date) -> "EmployeeQuerySet":
        return self.filter(
            Q(valid_until__isnull=True) | Q(valid_until__gte=on), valid_from__lte=on
        )

    def with_access(self, now: dt.datetime) -> "EmployeeQuerySet":
        """Those whose role gives access at this instant."""
        return self.active(timezone.localdate(now)).in_agency_hours(now)

    def in_agency_hours(self, now: dt.datetime) -> "EmployeeQuerySet":
        """All but agency staff outside their hours."""
        return self.filter(
            Q(agency_from__isnull=True) | Q(agency_from__lte=now, agency_until__gt=now)
        )

    def held_by(self, user: User, now: dt.datetime) -> "EmployeeQuerySet":
        """The user's employments that give access; only those of the role that they act in."""
        found = self.with_access(now).filter(person=user)
        return found if user.role is None else found.filter(role=user.role)

    def administrators(self) -> "EmployeeQuerySet":
        return self.filter(role=Employee.Role.ADMINISTRATOR)

    def case_workers(self) -> "EmployeeQuerySet":
        return self.filter(role=Employee.Role.CASE_WORKER)

    def care_workers(self) -> "EmployeeQuerySet":
        return self.filter(role=Employee.Role.CARE_WORKER)


class Employee(Versioned):
    """A person's role in a department (FHIR PractitionerRole).

    A person who works in two departments has two rows. Shifts and absences belong to the
    person, not to the row. ``is_leader`` marks the administrator who owns the department; it
    gives no more rights. The role of agency staff lasts from one instant to another
    (``agency_from``, ``agency_until``); the two dates are those of the instants.
    """

    class Role(models.TextChoices):
        ADMINISTRATOR = "administrator", _("Administrator")
        CARE_WORKER = "care_worker", _("Care worker")
        CASE_WORKER = "case_worker", _("Case worker")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    department = models.ForeignKey(Department, on_delete=models.CASCADE, related_name="employees")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="employments"
    )
    role = models.CharField(
        _("role"), max_length=15, choices=Role.choices, default=Role.CARE_WORKER
    )
    is_leader = models.BooleanField(_("leader"), default=False, db_default=False)
    valid_from = models.DateField(_("works here from"))
    valid_until = models.DateField(_("works here until and including"), null=True, blank=True)
    agency_from = models.DateTimeField(null=True, blank=True)
    agency_until = models.DateTimeField(null=True, blank=True)

    objects = EmployeeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["department", "person", "role"],
                name="one_employment_per_role",
                violation_error_message=_("This person already has this role here."),
            ),
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_until__gte=F("valid_from")),
                name="employment_ends_after_start",
                violation_error_message=_("The last day is before the first."),
            ),
            models.CheckConstraint(
                condition=Q(is_leader=False) | Q(role="administrator"),
                name="leader_is_administrator",
            ),
            models.CheckConstraint(
                condition=Q(agency_from__isnull=True, agency_until__isnull=True)
                | Q(
                    role="care_worker",
                    agency_from__isnull=False,
                    agency_until__gt=F("agency_from"),
                    valid_until__isnull=False,
                ),
                name="agency_staff_are_carers_with_hours",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person}, {self.get_role_display()}"

    @property
    def agency(self) -> Interval | None:
        """The hours of agency staff; None for others."""
        if self.agency_from is None or self.agency_until is None:
            return None
        return Interval(self.agency_from, self.agency_until)

    @property
    def role_words(self) -> str:
        """ "Administrator", or "Administrator, leader"."""
        role = str(self.get_role_display())
        return f"{role}, {_('leader')}" if self.is_leader else role


class PartQuerySet(models.QuerySet[Row]):
    """Rows about a person, each for their work in one department."""

    def part_of(self, department_id: uuid.UUID) -> Self:
        """What concerns the person's shifts in the department."""
        return self.filter(Q(department=department_id) | Q(department=None))


class QualificationHeld(models.Model):
    """A qualification that a person has between two dates, as a department has recorded it.

    It counts on the person's shifts in that department. Rows from before departments recorded
    their own have none, and count everywhere; so do rows of absences.
    """

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="qualifications"
    )
    department = models.ForeignKey(
        Department, null=True, on_delete=models.CASCADE, related_name="+"
    )
    qualification = models.ForeignKey(Qualification, on_delete=models.CASCADE, related_name="+")
    valid_from = models.DateField()
    valid_until = models.DateField(null=True, blank=True)

    objects = PartQuerySet["QualificationHeld"].as_manager()

    class Meta:
        verbose_name_plural = "qualifications held"
        constraints = [
            models.UniqueConstraint(
                fields=["person", "department", "qualification", "valid_from"],
                name="one_holding_per_start",
                nulls_distinct=False,
            )
        ]

    def __str__(self) -> str:
        return f"{self.qualification} from {self.valid_from}"


class Absence(Versioned):
    """A person's absence. It takes its minutes out of their shifts in the department that has
    reported it, not elsewhere."""

    class Kind(models.TextChoices):
        SICK = "sick", _("Sick")
        HOLIDAY = "holiday", _("Holiday")
        COURSE = "course", _("Course")
        OTHER = "other", _("Other")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="absences"
    )
    department = models.ForeignKey(
        Department, null=True, on_delete=models.CASCADE, related_name="+"
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices, default=Kind.SICK)
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("to"))
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    recorded_at = models.DateTimeField(auto_now_add=True)

    objects = PartQuerySet["Absence"].as_manager()

    class Meta:
        ordering = ["starts_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")),
                name="absence_ends_after_start",
                violation_error_message=_("The end is before the start."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.starts_at:%Y-%m-%d %H:%M}–{self.ends_at:%Y-%m-%d %H:%M}"

    @property
    def period(self) -> Interval:
        return Interval(self.starts_at, self.ends_at)
