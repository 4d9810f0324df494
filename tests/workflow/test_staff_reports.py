"""An administrator reports a visit, and closes a day, on pages."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import AccessLogEntry
from departments.models import Day
from tests import factories
from workflow import actions
from workflow.models import Report


@pytest.fixture
def dina(client, administrator):
    administrator.language = "en"
    administrator.save()
    client.force_login(administrator)
    return client


@pytest.fixture
def visit(day, care_worker, visit_at):
    return visit_at(day, 9, factories.ShiftFactory(day=day, person=care_worker))


@pytest.fixture
def url(department, visit):
    return reverse("workflow:report_visit", args=[department.pk, visit.day.date, visit.pk])


@pytest.fixture
def close(department, day):
    return reverse("workflow:close_day", args=[department.pk, day.date])


def text(response, status=200):
    assert response.status_code == status
    return " ".join(response.text.split())


def test_an_administrator_reports_a_visit(dina, url, visit, administrator):
    response = dina.post(url, {"outcome": "unable", "note": "Rang twice", "reason": ""})

    report = Report.objects.get()
    assert (report.outcome, report.note, report.by) == (
        "unable",
        "Rang twice",
        administrator,
    )
    assert response.url == reverse(
        "workflow:board", args=[visit.day.department_id, visit.day.date]
    )
    assert AccessLogEntry.objects.get().what == "workflow:report_visit:sent"


def test_a_closed_day_needs_a_reason(dina, url):
    Day.objects.update(closed_at=timezone.now())

    page = text(dina.post(url, {"outcome": "done", "note": "", "reason": ""}))
    assert "Write why you record it now" in page
    assert 'value="done" checked' in page
    assert not Report.objects.exists()

    dina.post(url, {"outcome": "done", "note": "", "reason": "Emil rang"})
    assert Report.objects.get().reason == "Emil rang"


def test_a_correction_shows_what_was_told_before(dina, url, visit, care_worker):
    actions.report(visit=visit, outcome="no_contact", by=care_worker)

    met = {"how": "spoken"}
    dina.post(url, {"outcome": "done", "note": "", "reason": "Wrong button", "seen": "1"} | met)

    page = text(dina.get(url))
    assert page.index("Wrong button") < page.index(f"{care_worker.full_name} · replaced")


def test_a_report_made_meanwhile_is_shown_first(dina, url, visit, care_worker):
    actions.report(visit=visit, outcome="done", by=care_worker)

    page = text(dina.post(url, {"outcome": "unable", "note": "Typed", "seen": ""}), 409)

    assert f"{care_worker.full_name} has recorded this one." in page
    assert 'value="Typed"' in page
    assert Report.objects.get().outcome == "done"


@pytest.mark.parametrize(
    "data", [{}, {"outcome": "nonsense"}, {"outcome": "done", "note": "x" * 201}]
)
def test_an_invalid_form_is_shown_again(dina, url, data):
    assert 'name="outcome"' in text(dina.post(url, data))
    assert not Report.objects.exists()


def test_a_coming_visit_has_no_form(dina, url, visit, time_machine):
    time_machine.move_to(visit.starts_at - dt.timedelta(minutes=61), tick=False)

    assert 'name="outcome"' not in text(dina.get(url))
    dina.post(url, {"outcome": "done"})
    assert not Report.objects.exists()


def test_another_department_and_a_carer_are_refused(
    client, url, visit, care_worker, other_administrator, other_department
):
    for user in (care_worker, other_administrator):
        client.force_login(user)
        assert client.get(url).status_code == 404
        assert client.post(url, {"outcome": "done", "reason": "x"}).status_code == 404
    own = reverse("workflow:report_visit", args=[other_department.pk, visit.day.date, visit.pk])
    assert client.post(own, {"outcome": "done", "reason": "x"}).status_code == 404
    assert not Report.objects.exists()


# -- Closing ------------------------------------------------------------------


def test_a_day_that_is_told_is_closed_at_one_press(
    dina, close, department, day, visit, care_worker, time_machine, administrator
):
    actions.report(visit=visit, outcome="done", by=care_worker)
    time_machine.move_to(factories.local(day.date, 22), tick=False)
    board = reverse("workflow:board", args=[department.pk, day.date])
    assert f'action="{close}"' in dina.get(board).text

    page = text(dina.post(close, follow=True))

    day.refresh_from_db()
    assert (day.closed_at, day.closed_by) == (timezone.now(), administrator)
    assert "This day was closed" in page
    assert f'action="{close}"' not in page


def test_a_day_with_untold_visits_asks_first(dina, close, day, visit, time_machine):
    time_machine.move_to(factories.local(day.date, 22), tick=False)

    page = text(dina.post(close))
    assert "1 visit of the day is not recorded yet." in page
    day.refresh_from_db()
    assert not day.is_closed

    assert dina.post(close, {"despite_untold": "1"}).status_code == 302
    day.refresh_from_db()
    assert day.is_closed


def test_a_day_that_is_not_over_has_no_button(dina, close, department, day, visit_at):
    visit_at(day, 15)
    board = reverse("workflow:board", args=[department.pk, day.date])

    assert f'action="{close}"' not in dina.get(board).text
    assert 'name="despite_untold"' not in dina.get(close).text
    dina.post(close, {"despite_untold": "1"})
    day.refresh_from_db()
    assert not day.is_closed


def test_only_the_departments_administrator_closes_its_day(
    client, close, day, visit, care_worker, other_administrator, time_machine
):
    time_machine.move_to(factories.local(day.date, 22), tick=False)
    for user in (care_worker, other_administrator):
        client.force_login(user)
        assert client.post(close, {"despite_untold": "1"}).status_code == 404
    day.refresh_from_db()
    assert not day.is_closed
