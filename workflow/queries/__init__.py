"""Questions about day plans, work lists and the board. Changes nothing."""

from workflow.queries.board import board_of, boards
from workflow.queries.candidates import (
    Candidate,
    Choice,
    Nameable,
    choices,
    nameable,
    names_of_qualifications,
)
from workflow.queries.check import Counts, check_plans
from workflow.queries.planning import DayAsItStands, as_it_stands, stale_days
from workflow.queries.today import AbsenceNow, Figures, Problem, Today, today_of
from workflow.queries.work_lists import (
    DayAhead,
    Leg,
    ListOfVisits,
    MyDay,
    Pause,
    Stop,
    between,
    days_ahead,
    my_day,
    work_list,
)

__all__ = [
    "AbsenceNow",
    "Candidate",
    "Choice",
    "Counts",
    "DayAhead",
    "DayAsItStands",
    "Figures",
    "Leg",
    "ListOfVisits",
    "MyDay",
    "Nameable",
    "Pause",
    "Problem",
    "Stop",
    "Today",
    "as_it_stands",
    "between",
    "board_of",
    "boards",
    "check_plans",
    "choices",
    "days_ahead",
    "my_day",
    "nameable",
    "names_of_qualifications",
    "stale_days",
    "today_of",
    "work_list",
]
