"""The floor: a minimal page and a minimal booking, with the same server and middleware.

The page is for a logged-in user. It counts visits in one grouped query and renders as many
constant cells as the calendar has slots. The booking is one INSERT into a table with the
constraints of the visits' table.
"""

import datetime as dt
import uuid

from django.db import connection
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from accounts.access import PersonRequest
from accounts.decorators import person_required
from accounts.http_methods import require_POST, require_safe
from benchmarks.sizes import DAYS, SLOTS_A_DAY
from booking.models import Visit
from database.expressions import EpochSeconds

CELLS = [
    (f"{day}/{slot} none free", f"{day}/{slot} free")
    for day in range(DAYS)
    for slot in range(SLOTS_A_DAY)
]


@require_safe
@person_required
def calendar(request: PersonRequest, department: uuid.UUID) -> HttpResponse:
    today = timezone.localdate()
    last = today + dt.timedelta(days=DAYS - 1)
    starts = (
        Visit.objects.filter(day__department=department, day__date__range=(today, last))
        .order_by()
        .values(start=EpochSeconds("starts_at"))
        .annotate(visits=Count("pk"))
    )
    taken = {row["start"]: row["visits"] for row in starts}
    cells = [CELLS[number][number in taken] for number in range(len(CELLS))]
    return render(request, "floor.html", {"cells": cells})


def prepare() -> None:
    """Copy the visits' table with its constraints and rows."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE benchmarks_visit (LIKE booking_visit INCLUDING ALL)")
        cursor.execute("INSERT INTO benchmarks_visit SELECT * FROM booking_visit")


@require_POST
@person_required
def insert(request: PersonRequest, department: uuid.UUID) -> HttpResponse:
    starts_at = dt.datetime.fromisoformat(request.POST["starts_at"])
    ends_at = starts_at + dt.timedelta(minutes=30)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO benchmarks_visit"
            " (id, booking_id, day_id, shift_id, starts_at, ends_at, occupied_until, is_pinned)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s, false)",
            [uuid.uuid4(), request.POST["key"], 1, uuid.uuid4(), starts_at, ends_at, ends_at],
        )
    return HttpResponse(status=204)
