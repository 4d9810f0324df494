"""Phone numbers by hour: which one answers, and the page on which they are set."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse

from departments import phones
from departments.models import Department
from departments.phones import PhoneHours, PhoneKind

OSLO = ZoneInfo("Europe/Oslo")
DAY, NIGHT, WEEKEND, DUTY = "+4733001020", "+4733001099", "+4733001088", "+4733001077"
ROWS = [
    PhoneHours(PhoneKind.DUTY, DUTY, 1, 7, dt.time(22), dt.time(7)),
    PhoneHours(PhoneKind.DAY, DAY, 1, 5, dt.time(8), dt.time(15)),
    PhoneHours(PhoneKind.NIGHT, NIGHT, 1, 5, dt.time(15), dt.time(8)),
    PhoneHours(PhoneKind.NIGHT, WEEKEND, 6, 7, dt.time(0), dt.time(0)),
]


def department(*rows, phone=""):
    return Department(phone=phone, phone_hours=[row.record for row in rows])


@pytest.mark.parametrize(
    ("at", "recipients", "staff"),
    [
        ((2, 7, 59), NIGHT, NIGHT),  # Monday's night began on Sunday: no row, see below
        ((2, 8, 0), DAY, DAY),
        ((2, 14, 59), DAY, DAY),
        ((2, 15, 0), NIGHT, NIGHT),
        ((3, 3, 0), NIGHT, DUTY),  # after midnight, from the row of Monday
        ((7, 2, 0), NIGHT, DUTY),  # Saturday morning belongs to Friday's night
        ((7, 12, 0), WEEKEND, WEEKEND),
        ((8, 23, 59), WEEKEND, DUTY),
    ],
)
def test_the_number_follows_the_hour(at, recipients, staff):
    home = department(*ROWS)
    now = dt.datetime(2026, 3, *at, tzinfo=OSLO)
    if at == (2, 7, 59):
        recipients = staff = ""  # nobody answers: the department has no other number
    assert phones.phone_of(home, now) == recipients
    assert phones.staff_phone_of(home, now) == staff


def test_the_department_and_then_the_municipality_answer_when_no_row_does(settings):
    settings.MUNICIPALITY_PHONE = "33 00 10 00"
    now = dt.datetime(2026, 3, 3, 20, tzinfo=OSLO)
    assert phones.phone_of(department(ROWS[1], phone="+4733445566"), now) == "+4733445566"
    shown = phones.shown_phone_of(department(ROWS[1]), now)
    assert shown == "33\N{NO-BREAK SPACE}00\N{NO-BREAK SPACE}10\N{NO-BREAK SPACE}00"


def test_weekdays_may_pass_the_end_of_the_week():
    row = PhoneHours(PhoneKind.DAY, DAY, 6, 1, dt.time(8), dt.time(15))
    answers = [row.answers_at(dt.datetime(2026, 3, day, 9)) for day in range(2, 9)]
    assert answers == [True, False, False, False, False, True, True]


def test_a_person_with_two_departments_gets_one_that_answers_now():
    day, night = department(ROWS[1], phone="+4733445566"), department(ROWS[2])
    at = dt.datetime(2026, 3, 3, 20, tzinfo=OSLO)
    assert "99" in phones.shared_phone_of([day, night], at)


def typed(*rows, **values):
    names = ("kind", "phone", "first_weekday", "last_weekday", "opens_at", "closes_at")
    fields = {
        f"{name}_{number}": value
        for number, row in enumerate(rows)
        for name, value in zip(names, row, strict=True)
    }
    return {"version": "1", **fields, **values}


@pytest.fixture
def dina(client, administrator):
    client.force_login(administrator)
    return client


@pytest.mark.django_db
def test_numbers_are_saved_shown_in_the_history_and_removed(dina, department):
    change = reverse("departments:change_phones", args=[department.pk])
    row = ("night", "33 00 10 99", "1", "7", "00", "24")
    empty = ("day", "", "1", "7", "", "")
    for _ in range(2):
        dina.post(change, typed(row, empty))
    department.refresh_from_db()
    assert phones.phone_of(department) == NIGHT
    assert department.version == 2

    page = dina.get(reverse("departments:phones", args=[department.pk]))
    assert page.context["for_recipients"].endswith("10\N{NO-BREAK SPACE}99")
    history = dina.get(reverse("departments:changes", args=[department.pk]))
    assert "33 00 10 99" in history.text

    dina.post(change, typed(row, empty, version="2", remove_0="on"))
    department.refresh_from_db()
    assert department.phone_hours == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("row", "wrong"),
    [
        (("day", "", "1", "5", "08:00", "15:00"), "phone_0"),
        (("day", "12", "1", "5", "08:00", "15:00"), "phone_0"),
        (("day", "33 00 10 99", "1", "5", "", "15:00"), "opens_at_0"),
        (("day", "33 00 10 99", "1", "5", "08:03", "15:00"), "opens_at_0"),
        (("owl", "33 00 10 99", "1", "5", "08:00", "15:00"), "kind_0"),
        (("day", "33 00 10 99", "9", "5", "08:00", "15:00"), "first_weekday_0"),
    ],
)
def test_what_is_wrong_is_said_and_kept(dina, department, row, wrong):
    page = dina.post(reverse("departments:change_phones", args=[department.pk]), typed(row))
    assert list(page.context["form"].errors) == [wrong]
    assert row[5] in page.text
    department.refresh_from_db()
    assert department.phone_hours == []


@pytest.mark.django_db
def test_an_older_page_is_answered_with_what_changed(dina, department):
    change = reverse("departments:change_phones", args=[department.pk])
    dina.post(change, typed(("day", "33 00 10 20", "1", "5", "08", "15")))
    other = dina.post(change, typed(("night", "33 00 10 99", "1", "7", "15", "08")))
    assert other.status_code == 409
    department.refresh_from_db()
    assert [row["phone"] for row in department.phone_hours] == [DAY]
