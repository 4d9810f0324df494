import datetime as dt

import pytest
from django.db import connection
from django.db.models import F
from django.urls import reverse
from django.utils.html import escape

from departments.actions.days import lay_out_horizon
from departments.models import Day, Department
from tests import factories
from tests.booking.pages.conftest import LAST_DAY, NOW, TODAY, TOMORROW, at, text_of

URL = "/calendar/"


def test_the_front_page_shows_the_next_visit(page, recipient, book):
    visit = book(recipient, at(10))
    response = page.get(URL)
    text = text_of(response)
    assert "Hello, Aksel" in text
    assert "Tomorrow at 10:00" in text
    assert reverse("booking:move", args=[visit.pk]) in response.content.decode()


def test_the_balance_of_each_service_is_shown(page, recipient, service, book):
    shower = factories.ServiceFactory(department=service.department, name="Shower", minutes=30)
    factories.GrantFactory(recipient=recipient, service=shower, amount=90, unit="minutes")
    book(recipient, at(10), service=shower)
    text = text_of(page.get(URL))
    assert "Cleaning 7 of 7 left this week" in text
    assert "Shower 1 hour of 1 hour and 30 minutes left this week" in text


def test_days_are_listed_until_the_last_that_can_be_booked(page, service):
    response = page.get(URL)
    html, text = response.content.decode(), text_of(response)
    for date in (TODAY, TOMORROW, LAST_DAY):
        assert reverse("booking:times", args=[service.pk, date]) in html
    assert str(LAST_DAY + dt.timedelta(days=1)) not in html
    assert "Tuesday 8 December The last day you can book now" in text
    assert "Wednesday 25 November Tomorrow · all day 15 free" in text


def test_the_soonest_free_times_lead_to_the_page_that_books_them(page, service):
    response = page.get(URL)
    for date, clock in ((TODAY, "11.00"), (TOMORROW, "08.00"), (dt.date(2026, 11, 26), "08.00")):
        assert f"/book/{service.pk}/{date}/{clock}/#question" in response.text
    assert "Soonest Today 11:00" in text_of(response)
    assert response.text.count('class="time free"') == 3


def test_the_url_chooses_service_and_week(page, recipient, service):
    shower = factories.ServiceFactory(department=service.department, name="Shower")
    factories.GrantFactory(recipient=recipient, service=shower)
    text = text_of(page.get(URL, {"service": shower.pk, "week": "2026-W49"}))
    assert "Free days for shower" in text
    assert "Mon 30" in text.replace("day", "")
    assert "Week 48" in text


@pytest.mark.parametrize(
    "query", ["service=nonsense&week=nonsense", "week=2020-W01", "week=9999-W99"]
)
def test_an_invalid_query_shows_the_default(page, query):
    response = page.get(f"{URL}?{query}")
    assert response.status_code == 200
    assert "Free days for cleaning" in text_of(response)


def test_busy_times_show_nothing_about_others(page, stranger, book):
    for hour in range(8, 16):
        book(stranger, at(hour, date=TOMORROW)) if hour % 2 == 0 else None
    visit = book(stranger, at(15, date=TODAY))
    response = page.get(URL)
    html = response.content.decode()
    assert "Busy" in text_of(response)
    for secret in (
        "Zacharias",
        "Hemmelig",
        "Skjult",
        stranger.user.email,
        str(stranger.pk),
        str(visit.pk),
    ):
        assert secret not in html


def test_without_a_grant_the_page_explains_it(client):
    nobody = factories.RecipientFactory(user=factories.UserFactory(language="en"))
    client.force_login(nobody.user)
    response = client.get(URL)
    assert response.status_code == 200
    assert "You have no service to book yet" in text_of(response)
    assert "My visits this week" in text_of(response)
    assert 'href="/calendar/week/"' in response.text
    assert "Call 33 00 10 00" in text_of(response)


def test_a_week_that_is_used_up_says_why_and_the_next_one_is_open(page, grant, recipient, book):
    grant.amount = 1
    grant.save()
    book(recipient, at(10))
    text = text_of(page.get(URL))
    assert "You have used 1 of 1 this week." in text
    assert "Monday 30 November All day 15 free" in text
    assert "Thursday 26 November" not in text.split("Next week")[0].split("Free days")[1]


def test_own_visits_are_listed_when_nothing_can_be_booked(page, recipient, service, opening_hours):
    factories.BookingFactory(recipient=recipient, service=service, starts_at=at(10))
    for row in opening_hours:
        row.delete()
    response = page.get(URL)
    text = text_of(response)
    assert "Not open for booking in this period" in text
    assert '<div class="week-grid' not in response.text
    assert "Tomorrow at 10:00–11:00 Cleaning" in text
    assert "My visits this week" in text
    assert f'href="/calendar/week/?service={service.pk}"' in response.text


def test_nothing_free_for_a_fortnight_is_explained(page, opening_hours, book, stranger):
    for row in opening_hours:
        row.opens_at, row.closes_at = dt.time(8), dt.time(9)
        row.save()
    grant = stranger.grants.get()
    grant.amount = 20
    grant.save()
    for days in range(1, 15):
        book(stranger, at(8, date=TODAY + dt.timedelta(days=days)))
    text = text_of(page.get(URL))
    assert "Nothing is free right now" in text
    assert "Call 33 00 10 10" in text or "call 33 00 10 10" in text


def test_a_department_without_hours_is_closed(page, opening_hours):
    for row in opening_hours:
        row.delete()
    assert "Not open for booking in this period" in text_of(page.get(URL))


def test_a_department_that_takes_no_bookings_says_so(page, department):
    department.is_open = False
    department.save()
    assert "You can't book cleaning here yet" in text_of(page.get(URL))


def test_days_after_the_grant_say_no_grant(page, grant):
    grant.valid_until = TOMORROW
    grant.save()
    text = text_of(page.get(URL))
    assert "Thursday 26 November No grant" in text


@pytest.mark.parametrize("path", [URL, "/calendar/week/", "/bookings/"])
def test_other_users_get_404(client, care_worker, path):
    assert client.get(path).status_code == 302
    client.force_login(care_worker)
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("path", [URL, "/calendar/week/"])
def test_a_closed_day_has_its_name(page, department, path):
    factories.SpecialDayFactory(department=department, date=TOMORROW, name="Staff meeting")
    text = text_of(page.get(path))
    assert "Not open: Staff meeting" in text
    assert path != URL or "Staff meeting Not open for booking" in text


@pytest.mark.parametrize("path", [URL, "/calendar/week/"])
def test_post_is_not_allowed(page, path):
    assert page.post(path).status_code == 405


# -- ETag --------------------------------------------------------------


def test_an_unchanged_calendar_is_a_304_in_two_statements(
    page, clock, django_assert_max_num_queries
):
    tag = page.get(URL).headers["ETag"]
    clock.move_to(NOW + dt.timedelta(minutes=2))
    with django_assert_max_num_queries(2):
        response = page.get(URL, headers={"if-none-match": tag})
    assert response.status_code == 304
    assert response.content == b""


def test_the_etag_does_not_depend_on_how_the_database_reads(page, service):
    lay_out_horizon(service.department)
    days = Day.objects.order_by("-date").values_list("pk", flat=True)
    for pk in days:  # rows are now stored with the last day first
        Day.objects.filter(pk=pk).update(revision=F("revision") + 1)
    tags = set()
    for scan in ("seqscan", "indexscan"):
        with connection.cursor() as cursor:
            cursor.execute("DISCARD PLANS")
            for other in ("seqscan", "indexscan", "bitmapscan"):
                cursor.execute(f"SET LOCAL enable_{other} = {'on' if other == scan else 'off'}")
        tags.add(page.get(URL).headers["ETag"])
    assert len(tags) == 1


def test_no_copy_is_kept_and_the_page_knows_its_etag(page):
    answer = page.get(URL)
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert f'data-etag="{escape(answer.headers["ETag"])}"' in answer.text


def test_an_unchanged_answer_is_not_kept_either(page):
    tag = page.get(URL).headers["ETag"]
    unchanged = page.get(URL, headers={"if-none-match": tag})
    assert unchanged.headers["Cache-Control"] == "private, no-store"


def own_booking(recipient, stranger, book, clock, user):
    book(recipient, at(10))


def somebody_elses_booking(recipient, stranger, book, clock, user):
    book(stranger, at(10))


def time_passes(recipient, stranger, book, clock, user):
    clock.move_to(NOW + dt.timedelta(minutes=5))


def settings_change(recipient, stranger, book, clock, user):
    department = Department.objects.get()
    department.configuration_revision += 1
    department.save()


def another_language(recipient, stranger, book, clock, user):
    user.language = "nb"
    user.save()


@pytest.mark.parametrize(
    "change",
    [
        own_booking,
        somebody_elses_booking,
        time_passes,
        settings_change,
        another_language,
    ],
    ids=lambda change: change.__name__,
)
def test_any_change_gives_a_new_etag(page, recipient, stranger, book, clock, user, change):
    tag = page.get(URL).headers["ETag"]
    change(recipient, stranger, book, clock, user)
    response = page.get(URL, headers={"if-none-match": tag})
    assert response.status_code == 200
    assert response.headers["ETag"] != tag


def test_users_have_different_etags(page, client, stranger):
    tag = page.get(URL).headers["ETag"]
    client.force_login(stranger.user)
    assert client.get(URL, headers={"if-none-match": tag}).status_code == 200


@pytest.mark.parametrize("visits", [1, 4])
def test_a_changed_calendar_takes_two_statements_however_many_visits(
    page, department, recipient, book, visits, django_assert_num_queries
):
    lay_out_horizon(department)
    factories.DayFactory(department=department, date=TODAY - dt.timedelta(days=1))
    for hour in (8, 10, 12, 14)[:visits]:
        book(recipient, at(hour))
    page.get(URL)
    with django_assert_num_queries(2):
        page.get(URL)


# -- The printable week -------------------------------------------


def test_the_printable_week_has_own_visits_and_the_persons_name(page, recipient, book):
    book(recipient, at(10))
    response = page.get("/calendar/week/")
    text = text_of(response)
    assert "Week 48" in text
    assert "Cleaning 10:00–11:00" in text
    assert "For Aksel Vik." in text


def test_the_printable_week_exists_without_grants_too(client):
    nobody = factories.RecipientFactory(user=factories.UserFactory(language="en"))
    client.force_login(nobody.user)
    assert client.get("/calendar/week/").status_code == 200
