"""Check in one SQL statement that work lists and visits agree.

Every visit of a confirmed booking is on exactly one work list, that of its shift, or is
unstaffed; no list has anything else. A booking that is only kept has visits, on no list. One
statement reads one snapshot, so the result is right also while people book.
"""

import datetime as dt
from dataclasses import dataclass

from django.db import connection
from django.utils import timezone

from departments.hours import local_instant

# Each row of ``wrong`` is one fault. A visit can't be on two lists (its item is unique), so
# the check is that it is on the right one.
SQL = """
WITH
day AS (
    SELECT id, revision, laid_out_at FROM departments_day WHERE date >= %(date)s
),
visit AS (
    SELECT v.id, v.day_id, v.shift_id, v.starts_at, b.status = 'booked' AS is_confirmed,
        b.status = 'cancelled' AS is_cancelled
    FROM booking_visit v
    JOIN day ON day.id = v.day_id
    JOIN booking_booking b ON b.id = v.booking_id
),
item AS NOT MATERIALIZED (
    SELECT i.visit_id, i.work_list_id, i.position, l.shift_id, p.day_id
    FROM workflow_workitem i
    JOIN workflow_worklist l ON l.id = i.work_list_id
    JOIN workflow_dayplan p ON p.id = l.plan_id
),
wrong AS (
    SELECT 'on no list' AS what
    FROM visit LEFT JOIN item ON item.visit_id = visit.id
    WHERE is_confirmed AND visit.shift_id IS NOT NULL AND item.visit_id IS NULL
  UNION ALL
    SELECT 'on another list than its shift''s'
    FROM visit JOIN item ON item.visit_id = visit.id
    WHERE is_confirmed AND item.shift_id <> visit.shift_id
  UNION ALL
    SELECT 'unstaffed, yet on a list'
    FROM visit JOIN item ON item.visit_id = visit.id
    WHERE is_confirmed AND visit.shift_id IS NULL
  UNION ALL
    SELECT 'of a cancelled booking' FROM visit WHERE is_cancelled
  UNION ALL
    SELECT 'kept, yet on a list'
    FROM visit JOIN item ON item.visit_id = visit.id
    WHERE NOT is_confirmed AND NOT is_cancelled
  UNION ALL
    SELECT 'on a shift of another day'
    FROM visit JOIN departments_shift s ON s.id = visit.shift_id
    WHERE s.day_id <> visit.day_id
  UNION ALL
    SELECT 'of another day, on a list of these days'
    FROM item JOIN day ON day.id = item.day_id
    JOIN booking_visit v ON v.id = item.visit_id
    WHERE v.day_id <> item.day_id
  UNION ALL
    SELECT 'booking with too few or too many visits'
    FROM booking_booking b LEFT JOIN booking_visit v ON v.booking_id = b.id
    WHERE b.status IN ('booked', 'kept')
      AND (b.starts_at >= %(begins)s OR v.day_id IN (SELECT id FROM day))
    GROUP BY b.id
    HAVING count(v.id) <> b.carers * greatest(1, count(DISTINCT v.starts_at))
  UNION ALL
    SELECT 'list of another day than its shift'
    FROM workflow_worklist l
    JOIN workflow_dayplan p ON p.id = l.plan_id
    JOIN departments_shift s ON s.id = l.shift_id
    WHERE s.day_id <> p.day_id
      AND (p.day_id IN (SELECT id FROM day) OR s.day_id IN (SELECT id FROM day))
  UNION ALL
    SELECT 'shift without a list'
    FROM departments_shift s JOIN day ON day.id = s.day_id
    LEFT JOIN workflow_worklist l ON l.shift_id = s.id
    WHERE day.laid_out_at IS NOT NULL AND l.id IS NULL
  UNION ALL
    SELECT 'list out of order'
    FROM (
        SELECT item.day_id, v.starts_at,
               lag(v.starts_at) OVER (PARTITION BY work_list_id ORDER BY position) AS before
        FROM item JOIN day ON day.id = item.day_id
        JOIN booking_visit v ON v.id = item.visit_id
    ) AS placed
    WHERE starts_at < before
  UNION ALL
    SELECT 'stale day'
    FROM day LEFT JOIN workflow_dayplan p ON p.day_id = day.id
    WHERE day.laid_out_at IS NOT NULL AND p.revision IS DISTINCT FROM day.revision
)
SELECT 'visits', count(*) FROM visit WHERE is_confirmed
UNION ALL
SELECT 'listed', count(*)
FROM visit JOIN item ON item.visit_id = visit.id AND item.shift_id = visit.shift_id
WHERE is_confirmed
UNION ALL
SELECT 'unstaffed', count(*)
FROM visit LEFT JOIN item ON item.visit_id = visit.id
WHERE is_confirmed AND visit.shift_id IS NULL AND item.visit_id IS NULL
UNION ALL
SELECT what, count(*) FROM wrong GROUP BY what
"""

STALE = "stale day"


@dataclass(frozen=True)
class PlanCounts:
    """``faults`` counts the faults by kind; empty when lists and visits agree."""

    visits: int
    listed: int
    unstaffed: int
    faults: dict[str, int]

    @property
    def wrong(self) -> int:
        return sum(self.faults.values())

    @property
    def has_stale_days(self) -> bool:
        return STALE in self.faults

    def __str__(self) -> str:
        return (
            f"visits {self.visits}, on one list {self.listed}, "
            f"unstaffed {self.unstaffed}, wrong {self.wrong}"
        )


def check_plans(from_date: dt.date) -> PlanCounts:
    """Check the days from ``from_date`` on."""
    begins = local_instant(from_date, dt.time(), timezone.get_default_timezone())
    with connection.cursor() as cursor:
        cursor.execute(SQL, {"date": from_date, "begins": begins})
        found: dict[str, int] = dict(cursor.fetchall())
    return PlanCounts(
        visits=found.pop("visits"),
        listed=found.pop("listed"),
        unstaffed=found.pop("unstaffed"),
        faults=dict(sorted(found.items())),
    )
