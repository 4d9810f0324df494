"""Questions about opening hours, services, staff, shifts and settings. Changes nothing."""

from departments.queries.changes import Told, changes_of, latest_changes, tell, undoable
from departments.queries.days import ShiftFact, shift_facts, shifts_by_day
from departments.queries.hours import (
    coming_changes,
    peak_use,
    rules_of,
    staffing,
    week_picture,
    weekly_hours,
)
from departments.queries.overview import Figures, figures
from departments.queries.special_days import (
    ComingDay,
    ComingDays,
    Kind,
    coming_special_days,
    holiday_name,
    hours_of,
    sorted_hours,
    sunday_hours_of,
)
from departments.queries.staff import (
    Colleague,
    absences,
    absences_of,
    care_workers,
    coming_shifts,
    employees_of,
    former_employees,
    qualifications_on,
    staff_list,
    withdrawn_by,
)

__all__ = [
    "Colleague",
    "ComingDay",
    "ComingDays",
    "Figures",
    "Kind",
    "ShiftFact",
    "Told",
    "absences",
    "absences_of",
    "care_workers",
    "changes_of",
    "coming_changes",
    "coming_shifts",
    "coming_special_days",
    "employees_of",
    "figures",
    "former_employees",
    "holiday_name",
    "hours_of",
    "latest_changes",
    "peak_use",
    "qualifications_on",
    "rules_of",
    "shift_facts",
    "shifts_by_day",
    "sorted_hours",
    "staff_list",
    "staffing",
    "sunday_hours_of",
    "tell",
    "undoable",
    "week_picture",
    "weekly_hours",
    "withdrawn_by",
]
