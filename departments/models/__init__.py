"""What a department offers, when, and with which employees."""

from departments.models.days import Day, DutyMark, Shift, TimeAway
from departments.models.hours import OpeningHours, SpecialDay, SpecialHours, Weekday
from departments.models.services import (
    ChoiceDeadline,
    KindOfTime,
    NoContactStep,
    Qualification,
    Service,
)
from departments.models.settings import Department
from departments.models.staff import Absence, Employee, QualificationHeld

__all__ = [
    "Absence",
    "ChoiceDeadline",
    "Day",
    "Department",
    "DutyMark",
    "Employee",
    "KindOfTime",
    "NoContactStep",
    "OpeningHours",
    "Qualification",
    "QualificationHeld",
    "Service",
    "Shift",
    "SpecialDay",
    "SpecialHours",
    "TimeAway",
    "Weekday",
]
