"""Which modules hold the rules, and which test files are each module's own.

Left out are tests of races, which may fail by themselves on a busy machine and would count as
a kill, and those against brute force, which take too long for each mutant.
"""

_SEATING = [
    "tests/booking/test_seating_parts.py",
    "tests/booking/test_seating_chains.py",
    "tests/booking/test_seating.py",
]
_SUMMARY = ["tests/booking/test_seating_summary.py"]
_BOOKING = [
    "tests/booking/test_booking_sql.py",
    "tests/booking/test_book.py",
    "tests/booking/test_move.py",
    "tests/booking/test_committed.py",
    "tests/booking/test_clock_changes.py",
]
_QUOTA = [
    "tests/booking/test_quota.py",
    "tests/booking/test_entitlement.py",
    "tests/booking/test_offer.py",
    "tests/booking/test_laid_over.py",
]
_PAGES = [
    "tests/booking/test_access.py",
    "tests/booking/test_mandates.py",
    "tests/booking/pages/test_mandates.py",
]

AREAS: dict[str, dict[str, list[str]]] = {
    "seating": {
        "booking/seating/day_seating.py": _SEATING,
        "booking/seating/chains.py": _SEATING,
        "booking/seating/counts.py": [*_SEATING, *_SUMMARY],
        "booking/seating/summary.py": _SUMMARY,
        "booking/seating/grid.py": [*_SEATING, *_SUMMARY],
        "booking/seating/shift_rows.py": _SEATING,
        "booking/seating/values.py": [*_SEATING, "tests/booking/test_refusals.py"],
    },
    "booking": {
        "booking/actions/bookings.py": _BOOKING,
        "booking/actions/booking_sql.py": _BOOKING,
        "booking/actions/locks.py": ["tests/booking/test_locks.py", *_BOOKING],
    },
    "access": {
        "booking/access/pages.py": _PAGES,
        "booking/access/programs.py": [
            "tests/booking/test_access.py",
            "tests/api/test_bookings.py",
        ],
        "booking/access/staff.py": ["tests/booking/test_access.py"],
        "departments/access.py": [
            "tests/departments/test_access.py",
            "tests/departments/test_who_may_enter.py",
        ],
        "accounts/access.py": ["tests/accounts/test_access.py", *_PAGES],
        "workflow/access.py": ["tests/workflow/test_access.py", "tests/workflow/test_my_day.py"],
    },
    "quota": {
        "booking/quota.py": _QUOTA,
        "booking/queries/entitlement.py": _QUOTA,
        "booking/queries/own_booking_rows.py": _QUOTA,
    },
    "hours": {
        "departments/hours.py": [
            "tests/departments/test_hours.py",
            "tests/booking/test_recurrence.py",
        ],
        "departments/layout.py": ["tests/departments/test_layout.py"],
    },
}
