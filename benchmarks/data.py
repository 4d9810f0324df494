"""Departments with staff, a fortnight of visits, and people who look and book."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.cached_db import SessionStore
from django.db import connection
from django.utils import timezone

from accounts.models import User
from booking.models import Grant, Recipient
from departments.hours import local_instant
from departments.models import Day, Department, Service, Shift

SEED = 0.42
DAYS = 14
OPENS, HOURS, SLOT = dt.time(6), 16, 30  # 32 slots of half an hour
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@dataclass(frozen=True)
class Place:
    department: Department
    service: Service


@dataclass(frozen=True)
class Person:
    recipient: Recipient
    cookie: str


def make_places(number: int, staff: int, *, filled: float) -> list[Place]:
    """Departments with so many staff for a fortnight, so much of their time booked."""
    places = []
    for _ in range(number):
        department = Department.objects.create(
            name=f"{staff} staff, {filled}, {Department.objects.count()}",
            travel_minutes=0,
            minimum_notice_minutes=0,
        )
        service = Service.objects.create(department=department, name="Help", minutes=SLOT)
        _fill(department, service, staff, filled)
        places.append(Place(department, service))
    return places


def make_people(number: int, places: Sequence[Place]) -> list[Person]:
    """Logged-in recipients who may book as much as they like, each at one of the places."""
    people = []
    for count in range(number):
        user = User.objects.create_user(
            f"person{User.objects.count()}@benchmark.example", given_name="Somebody"
        )
        recipient = Recipient.objects.create(user=user, given_name="Some", family_name="Body")
        place = places[count % len(places)]
        Grant.objects.create(
            recipient=recipient,
            service=place.service,
            amount=10_000,
            valid_from=timezone.localdate() - dt.timedelta(days=400),
        )
        session = SessionStore()
        session[SESSION_KEY] = str(user.pk)
        session[BACKEND_SESSION_KEY] = BACKEND
        session[HASH_SESSION_KEY] = user.get_session_auth_hash()
        session.create()
        people.append(Person(recipient, str(session.session_key)))
    return people


def add_history(number: int, service: Service) -> None:
    """Bookings of long ago, shared out over everybody there is."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH people AS (
                SELECT id, row_number() OVER (ORDER BY id) - 1 AS place, count(*) OVER () AS all_
                FROM booking_recipient)
            INSERT INTO booking_booking (id, recipient_id, service_id, starts_at, ends_at,
                carers, status, note, sequence, asked, booked_at)
            SELECT gen_random_uuid(), people.id, %s,
                now() - interval '60 days' - (n / all_) * interval '40 minutes',
                now() - interval '60 days' - (n / all_) * interval '40 minutes'
                    + interval '30 minutes',
                1, 'booked', '', 0, '{}', now()
            FROM generate_series(0, %s - 1) AS n JOIN people ON people.place = n %% all_
            """,
            [service.pk, number],
        )
        cursor.execute("ANALYZE booking_booking")


def touch(places: Sequence[Place]) -> None:
    """As if something had changed on every day: what was kept is of no use any more."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE departments_day SET revision = revision + 1 WHERE department_id = ANY(%s)",
            [[place.department.pk for place in places]],
        )


def _fill(department: Department, service: Service, staff: int, filled: float) -> None:
    now = timezone.now()
    zone = timezone.get_default_timezone()
    today = timezone.localdate(now)
    days = Day.objects.bulk_create(
        Day(department=department, date=today + dt.timedelta(days=n), laid_out_at=now)
        for n in range(-1, DAYS + 2)
    )
    people = Recipient.objects.bulk_create(
        Recipient(given_name="Some", family_name="Body") for _ in range(staff)
    )
    shifts = []
    for day in days:
        starts_at = local_instant(day.date, OPENS, zone)
        ends_at = starts_at + dt.timedelta(hours=HOURS)
        shifts += [Shift(day=day, starts_at=starts_at, ends_at=ends_at) for _ in people]
    Shift.objects.bulk_create(shifts)
    recipients = [person.pk for person in people] * len(days)
    with connection.cursor() as cursor:
        cursor.execute("SELECT setseed(%s)", [SEED])
        cursor.execute(
            """
            CREATE TEMPORARY TABLE seat ON COMMIT PRESERVE ROWS AS
            SELECT gen_random_uuid() AS booking, recipient, shift, day_id,
                starts_at + slot * interval '30 minutes' AS starts_at
            FROM unnest(%s::uuid[], %s::uuid[]) AS pair (shift, recipient)
            JOIN departments_shift ON departments_shift.id = shift
            CROSS JOIN generate_series(0, 31) AS slot
            WHERE random() < %s
            """,
            [[shift.pk for shift in shifts], recipients, filled],
        )
        cursor.execute(
            """
            INSERT INTO booking_booking (id, recipient_id, service_id, starts_at, ends_at,
                carers, status, note, sequence, asked, booked_at)
            SELECT booking, recipient, %s, starts_at, starts_at + interval '30 minutes',
                1, 'booked', '', 0, '{}', now() FROM seat
            """,
            [service.pk],
        )
        cursor.execute(
            """
            INSERT INTO booking_visit (id, booking_id, day_id, shift_id, starts_at, ends_at,
                occupied_until, is_pinned)
            SELECT gen_random_uuid(), booking, day_id, shift, starts_at,
                starts_at + interval '30 minutes', starts_at + interval '30 minutes', false
            FROM seat
            """
        )
        cursor.execute("DROP TABLE seat")
