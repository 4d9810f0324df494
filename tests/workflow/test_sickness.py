"""Somebody is sick for the rest of the day, and somebody else takes over in the same step."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from departments.models import Absence, Shift
from tests import factories
from workflow.models import Report

pytestmark = pytest.mark.django_db


@pytest.fixture
def emil(care_worker):
    return care_worker


@pytest.fixture
def jonas(department):
    return factories.EmployeeFactory(department=department, person__given_name="Jonas").person


@pytest.fixture
def client(client, administrator, now):
    administrator.language = "en"
    administrator.save()
    client.force_login(administrator)
    return client


def url(name, day, *args):
    return reverse(f"workflow:{name}", args=[day.department_id, day.date, *args])


def form_of(page, person=None):
    context = page.context
    return {
        "key": context["key"],
        "sick": context["sick"].pk,
        "starts_at": context["starts_at"].isoformat(),
        "previewed": context["previewed"],
        **({"person": person.pk} if person else {}),
    }


@pytest.fixture
def today(day, emil, visit_at, planned):
    """Emil's settled day from 8 to 18, at 14:00: one visit is done, one is at 15:00."""
    day.settled_at = timezone.now() - dt.timedelta(hours=12)
    day.save()
    shift = factories.ShiftFactory(day=day, person=emil, ends_at=factories.local(day.date, 18))
    done, later = visit_at(day, 10, shift), visit_at(day, 15, shift)
    planned(day)
    Report.objects.create(visit=done, outcome="done", by=emil, at=timezone.now())
    return shift, done, later


def test_the_replacement_takes_what_is_left_and_what_is_done_stays(
    client, day, today, emil, jonas
):
    shift, done, later = today
    sick = url("report_sick", day, shift.pk)
    assert sick in client.get(url("board_shift", day, shift.pk)).text

    page = client.get(sick)
    assert [one.visit_id for one in page.context["impact"].unstaffed] == [later.pk]
    assert [one.person for one in page.context["people"]] == [jonas]
    assert not Absence.objects.exists()

    for _ in range(2):  # pressed twice
        client.post(sick, form_of(page, jonas))

    absence = Absence.objects.get()
    assert (absence.person, absence.kind) == (emil, "sick")
    assert absence.starts_at == factories.local(day.date, 14)
    assert absence.ends_at == factories.local(day.date + dt.timedelta(days=1), 0)
    done.refresh_from_db()
    later.refresh_from_db()
    assert done.shift == shift
    assert (later.shift.person, later.shift.starts_at) == (jonas, absence.starts_at)
    assert Shift.objects.count() == 2


def test_the_sick_ones_phone_says_so_and_keeps_what_is_done(client, day, today, emil):
    page = client.get(url("report_sick", day, today[0].pk))
    client.post(url("report_sick", day, today[0].pk), form_of(page))

    client.force_login(emil)
    text = client.get(reverse("workflow:my_day")).text
    assert "You are registered as away" in text
    assert "You are off today" not in text
    assert "1 finished visit" in text


def test_a_shift_that_has_not_begun_changes_its_name(
    client, tomorrow, emil, jonas, visit_at, planned
):
    shift = factories.ShiftFactory(day=tomorrow, person=emil)
    visit = visit_at(tomorrow, 9, shift)
    planned(tomorrow)
    sick = url("report_sick", tomorrow, shift.pk)

    client.post(sick, form_of(client.get(sick), jonas))

    shift.refresh_from_db()
    visit.refresh_from_db()
    assert (shift.person, shift.is_withdrawn, visit.shift) == (jonas, False, shift)
    client.force_login(emil)
    page = client.get(reverse("workflow:my_day", args=[tomorrow.date]))
    assert "You are registered as away" in page.text


def test_a_visit_booked_since_is_shown_before_anything_is_saved(
    client, day, today, jonas, visit_at, planned
):
    shift, _done, later = today
    sick = url("report_sick", day, shift.pk)
    form = form_of(client.get(sick), jonas)
    since = visit_at(day, 16, shift)
    planned(day)

    page = client.post(sick, form)

    assert page.context["has_changed"]
    assert {one.visit_id for one in page.context["impact"].unstaffed} == {since.pk, later.pk}
    assert not Absence.objects.exists()


def test_nobody_is_sick_from_a_shift_without_a_name_or_that_is_over(client, day):
    unnamed = factories.ShiftFactory(day=day)
    assert client.get(url("report_sick", day, unnamed.pk)).status_code == 404
