"""Read day plans, work lists and the board. Nothing here writes."""

from workflow.queries.board import board_of, boards_of
from workflow.queries.candidates import (
    CandidateList,
    Move,
    ShiftCandidate,
    VisitCandidate,
    VisitOnBoard,
    candidates_for,
    qualification_names,
    shift_candidates,
)
from workflow.queries.check import PlanCounts, check_plans
from workflow.queries.planning import PlanningInput, planning_input, stale_days
from workflow.queries.today import (
    AbsenceNow,
    Problem,
    Today,
    TodayFigures,
    UnnamedShift,
    today_of,
)
from workflow.queries.work_lists import (
    DayAhead,
    Leg,
    ListOfVisits,
    MyDay,
    Pause,
    RemainingVisits,
    Stop,
    days_ahead,
    list_entries,
    my_day,
    work_list,
    work_list_of_shift,
)

__all__ = [
    "AbsenceNow",
    "CandidateList",
    "DayAhead",
    "Leg",
    "ListOfVisits",
    "Move",
    "MyDay",
    "Pause",
    "PlanCounts",
    "PlanningInput",
    "Problem",
    "RemainingVisits",
    "ShiftCandidate",
    "Stop",
    "Today",
    "TodayFigures",
    "UnnamedShift",
    "VisitCandidate",
    "VisitOnBoard",
    "board_of",
    "boards_of",
    "candidates_for",
    "check_plans",
    "days_ahead",
    "list_entries",
    "my_day",
    "planning_input",
    "qualification_names",
    "shift_candidates",
    "stale_days",
    "today_of",
    "work_list",
    "work_list_of_shift",
]
