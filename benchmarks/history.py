"""The same calendar in two databases: one has years of past bookings, the other has none.

The one with history is a copy of the other and has its own web server. Three fifths of
every shift's time are booked, as on the days that can be booked. The rows are inserted by
SQL, with every constraint in force.
"""

import itertools
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
from django.db import connection, connections, models
from django.db.backends.utils import CursorWrapper

from benchmarks.dataset import CIRCLE, CLOSES, OPENS, SEED, Site
from benchmarks.environment import Environment
from benchmarks.pages import calendars, compared, measure_in_turn
from benchmarks.results import Measured, say
from booking.models import Booking, BookingEvent, Visit
from departments.models import Day, Shift

COPY = "history"
FULL = 0.6
DAYS_AT_A_TIME = 14
VISITS_A_SHIFT = CLOSES - OPENS  # at most: one an hour


def calendar(env: Environment) -> Measured:
    """A calendar after many past bookings ÷ the same after none."""
    site = env.data.ordinary[0]
    with _copied(env), env.another_server(DATABASE_URL=_address(COPY)) as old:
        rounds = measure_in_turn(
            env,
            history=(old.port, calendars(site)),
            none=(env.port, calendars(site)),
        )
    return compared(rounds, "history", "none")


@contextmanager
def _copied(env: Environment) -> Iterator[None]:
    calendars(env.data.ordinary[0])  # creates the viewers' sessions before the copy
    with env.server.paused():
        connections.close_all()
        _maintain(f'CREATE DATABASE {COPY} TEMPLATE "{connection.settings_dict["NAME"]}"')
    try:
        _remember(env.data.ordinary, env.sizes.staff, env.sizes.history)
        yield
    finally:
        connections.close_all()
        _maintain(f"DROP DATABASE {COPY} WITH (FORCE)")


def _maintain(statement: str) -> None:
    with psycopg.connect(_address("postgres"), autocommit=True) as maintenance:
        maintenance.execute(statement.encode())


def _address(database: str) -> str:
    return urlunsplit(urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{database}"))


def _remember(sites: list[Site], staff: int, bookings: int) -> None:
    """Insert so many past bookings, latest first."""
    began, made = time.monotonic(), 0
    with connections[COPY].cursor() as cursor:
        cursor.execute("SELECT setseed(%s)", [SEED / 10**8])
        _write_down(cursor, sites)
        for weeks in itertools.count():
            if made >= bookings:
                break
            _days(cursor, 1 + weeks * DAYS_AT_A_TIME, staff)
            made += _bookings(cursor, bookings - made)
            left = (time.monotonic() - began) / max(made, 1) * (bookings - made)
            say(f"  {made:,} of {bookings:,} bookings of history, {left:.0f} s left")
        cursor.execute("DROP TABLE viewer, department")
        say("  tidying up")
        cursor.execute("VACUUM ANALYZE")
        cursor.execute("CHECKPOINT")


def _write_down(cursor: CursorWrapper, sites: list[Site]) -> None:
    cursor.execute("CREATE TABLE department (id uuid)")
    cursor.execute(
        "CREATE TABLE viewer (department uuid, service uuid, number int, id uuid,"
        " PRIMARY KEY (department, number))"
    )
    for site in sites:
        cursor.execute("INSERT INTO department VALUES (%s)", [site.department.pk])
        cursor.executemany(
            "INSERT INTO viewer VALUES (%s, %s, %s, %s)",
            [
                (site.department.pk, site.service.pk, number, viewer.pk)
                for number, viewer in enumerate(site.viewers)
            ],
        )


def _days(cursor: CursorWrapper, latest: int, staff: int) -> None:
    """Insert two weeks of days, the last of them ``latest`` days ago, with their shifts. The
    temporary table ``shift`` numbers the shifts."""
    cursor.execute("DROP TABLE IF EXISTS shift")
    cursor.execute(
        "CREATE TEMP TABLE shift AS SELECT gen_random_uuid() AS id, department.id AS department,"
        "  current_date - %s - ago AS date, number,"
        "  (current_date - %s - ago + make_time(%s, 0, 0)) AT TIME ZONE 'Europe/Oslo' AS opens"
        " FROM department, generate_series(0, %s) AS ago, generate_series(0, %s) AS number",
        [latest, latest, OPENS, DAYS_AT_A_TIME - 1, staff - 1],
    )
    _insert(
        cursor,
        Day,
        "(SELECT DISTINCT department, date FROM shift) AS new",
        department_id="department",
        date="date",
        laid_out_at="now()",
        settled_at="now()",
    )
    _insert(
        cursor,
        Shift,
        "shift JOIN departments_day d ON d.department_id = shift.department"
        " AND d.date = shift.date",
        id="shift.id",
        day_id="d.id",
        starts_at="opens",
        ends_at=f"opens + interval '{CLOSES - OPENS} hours'",
    )


def _bookings(cursor: CursorWrapper, at_most: int) -> int:
    """Insert bookings on the shifts of ``_days``; a shift's recipients take turns."""
    cursor.execute("DROP TABLE IF EXISTS visit")
    cursor.execute(
        "CREATE TEMP TABLE visit AS"
        " SELECT gen_random_uuid() AS id, shift.id AS shift, d.id AS day,"
        "  opens + nth * interval '1 hour' AS starts, viewer.id AS viewer, viewer.service"
        " FROM shift JOIN departments_day d ON d.department_id = shift.department"
        "  AND d.date = shift.date"
        " CROSS JOIN generate_series(0, %s) AS nth"
        " JOIN viewer ON viewer.department = shift.department"
        "  AND viewer.number = shift.number * %s + (nth + d.id) %% %s"
        " WHERE random() < %s ORDER BY starts DESC LIMIT %s",
        [VISITS_A_SHIFT - 1, CIRCLE, CIRCLE, FULL, at_most],
    )
    made: int = cursor.rowcount
    times = {"starts_at": "starts", "ends_at": "starts + interval '30 minutes'"}
    _insert(
        cursor, Booking, "visit", id="id", recipient_id="viewer", service_id="service", **times
    )
    _insert(
        cursor,
        Visit,
        "visit",
        booking_id="id",
        id="gen_random_uuid()",
        day_id="day",
        shift_id="shift",
        occupied_until="starts + interval '45 minutes'",
        **times,
    )
    _insert(
        cursor,
        BookingEvent,
        "visit",
        booking_id="id",
        kind="'booked'",
        to_starts_at="starts",
        at="starts - interval '7 days'",
        announced_at="starts - interval '7 days'",
    )
    return made


def _insert(cursor: CursorWrapper, model: type[models.Model], source: str, **columns: str) -> None:
    """Insert a row of the model for each row of the source. Other columns get their defaults."""
    defaults: dict[str, Any] = {}
    for field in model._meta.concrete_fields:
        column = field.column
        assert column
        if column in columns or isinstance(field, models.AutoField):
            continue
        if getattr(field, "auto_now_add", False):
            columns[column] = "now()"
        else:
            defaults[column] = field.get_db_prep_save(field.get_default(), cursor.db)
    names = ", ".join(cursor.db.ops.quote_name(name) for name in (*columns, *defaults))
    values = ", ".join((*columns.values(), *("%s" for _ in defaults)))
    cursor.execute(
        f"INSERT INTO {model._meta.db_table} ({names}) SELECT {values} FROM {source}",
        list(defaults.values()),
    )
