"""The least that a page, or a booking, could do: what everything is measured against."""

import datetime as dt
import uuid

from django.db import connection
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from booking.models import Visit

DAYS, SLOTS = 14, 32
CELL = '<li class="slot"><a href="/book/">10:00–10:30</a></li>'

# The constraint that a visit's seat has, on a table that has nothing else.
TABLE = """
CREATE TABLE IF NOT EXISTS benchmark_seat (
    id uuid PRIMARY KEY, shift uuid NOT NULL, starts_at timestamptz NOT NULL,
    occupied_until timestamptz NOT NULL,
    EXCLUDE USING gist (shift WITH =, tstzrange(starts_at, occupied_until) WITH &&)
        DEFERRABLE INITIALLY IMMEDIATE)
"""


def cells(request: HttpRequest, department: uuid.UUID) -> HttpResponse:
    """One grouped query, and as many cells as the calendar has slots."""
    today = timezone.localdate()
    taken = dict(
        Visit.objects.filter(
            day__department=department,
            day__date__range=(today, today + dt.timedelta(days=DAYS)),
        )
        .order_by()
        .values_list("starts_at")
        .annotate(visits=Count("pk"))
    )
    return HttpResponse(f"<p>{len(taken)}</p><ul>{CELL * (DAYS * SLOTS)}</ul>")


def insert(request: HttpRequest) -> HttpResponse:
    """One row under the constraint, in a transaction of its own."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO benchmark_seat VALUES (%s, %s, %s, %s)",
            [
                request.POST["key"],
                request.POST["shift"],
                request.POST["starts_at"],
                request.POST["until"],
            ],
        )
    return HttpResponse(status=201)
