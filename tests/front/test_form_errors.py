"""After an error in a form, the title and a summary with links say so."""

import datetime as dt
import re

import pytest
from django.urls import reverse

from tests import factories

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 11, 25, 11, 3, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def _on_a_wednesday(time_machine):
    time_machine.move_to(NOW, tick=False)


def summary_of(page):
    found = re.search(r'<div class="ds-alert error-summary".*?</div>', page, re.DOTALL)
    return found[0] if found else ""


def check(response):
    """The title, the focus, and a link to an element of the page for each field."""
    page = response.text
    assert response.status_code == 200
    assert re.search(r"<title>Error: \S", page)
    summary = summary_of(page)
    assert "autofocus" in summary
    assert 'tabindex="-1"' in summary
    assert page.index(summary) < page.index("<h1")
    links = re.findall(r'href="#([^"]+)"', summary)
    assert links
    for link in links:
        assert f' id="{link}"' in page


STAFF_FORMS = {
    "special day": ("departments:set_special_day", {"kind": "own", "date": "never"}),
    "period": ("departments:add_period", {"opens_at": "late"}),
    "absence": ("departments:report_absence", {"first_date": "soon"}),
    "new employee": ("departments:add_employee", {"email": "nobody"}),
    "new recipient": ("booking:add_recipient", {"email": "nobody"}),
    "new service": ("departments:add_service", {"name": ""}),
    "settings": ("departments:change_settings", {"minimum_notice_minutes": "-"}),
}


@pytest.mark.parametrize("name", STAFF_FORMS)
def test_after_an_error_in_a_form_of_staff(client, administrator, department, name):
    client.force_login(administrator)
    view, sent = STAFF_FORMS[name]
    check(client.post(reverse(view, args=[department.pk]), sent))


def test_an_error_in_one_period_of_a_special_day_links_to_that_period(
    client, administrator, department
):
    client.force_login(administrator)
    sent = {
        "date": "27.11.2026",
        "kind": "own",
        "form-TOTAL_FORMS": "2",
        "form-INITIAL_FORMS": "0",
        "form-0-opens_at": "08:00",
        "form-0-closes_at": "12:00",
        "form-0-staff": "1",
        "form-1-opens_at": "late",
    }
    response = client.post(reverse("departments:set_special_day", args=[department.pk]), sent)
    check(response)
    assert 'href="#id_form-1-opens_at"' in summary_of(response.text)


def test_a_time_that_was_not_chosen_by_phone_links_to_the_times(
    client, administrator, department, service, recipient
):
    factories.OpeningHoursFactory(department=department)
    client.force_login(administrator)
    address = reverse("booking:book_by_phone", args=[department.pk, recipient.pk, service.pk])
    response = client.post(address, {"reason": "You called."})
    assert 'href="#id_starts_at"' in summary_of(response.text)


@pytest.mark.parametrize(
    ("view", "sent"),
    [
        ("accounts:messages", {"day_before": ["email"]}),
        ("accounts:create_token", {"name": ""}),
        ("accounts:email", {"address": "nobody"}),
        ("accounts:phone", {"address": "12"}),
        ("booking:give_mandate", {"email": "nobody"}),
    ],
)
def test_after_an_error_in_a_form_of_a_recipient(client, recipient, view, sent):
    client.force_login(recipient.user)
    check(client.post(reverse(view), sent))


def test_after_an_error_in_the_simple_view(client, recipient):
    recipient.user.preferences["view"] = "simple"
    recipient.user.save()
    client.force_login(recipient.user)
    check(client.post(reverse("accounts:email"), {"address": "nobody"}))


def test_wrong_password_has_no_field_to_link_to(client, db):
    response = client.post(reverse("account_login"), {"login": "a@example.test", "password": "x"})
    assert "<title>Error: " in response.text
    assert "<li>" in summary_of(response.text)


def test_without_errors_there_is_no_summary(client, administrator, department):
    client.force_login(administrator)
    page = client.get(reverse("departments:special_days", args=[department.pk])).text
    assert "Error:" not in page
    assert "autofocus" not in page
