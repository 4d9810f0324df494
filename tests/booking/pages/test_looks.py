"""Who has looked at my information: when, who, and what in plain words."""

import datetime as dt

from django.utils import timezone

from accounts.access import ACTING_FOR, record_look
from accounts.models import AccessLogEntry
from tests import factories
from tests.booking.pages.conftest import text_of

LOOKS = "/looks/"


def look(by, recipient, what="booking:recipient", department=None):
    record_look(
        by=by,
        subject_id=recipient.pk,
        what=what,
        department_id=department and department.pk,
    )


def test_it_says_when_who_and_what(page, recipient, administrator, department):
    look(administrator, recipient, department=department)

    shown = text_of(page.get(LOOKS))

    assert "Tuesday 24 November at 09:00" in shown
    assert "Dina Aas Administrator, Home care North Opened your page" in shown


def test_a_guardian_is_named_as_one(page, recipient):
    guardian = factories.MandateFactory(recipient=recipient, guardian=True).holder
    look(guardian, recipient, what="booking:visits")
    assert f"{guardian.full_name} Guardian Saw your visits" in text_of(page.get(LOOKS))


def test_ones_own_looks_and_looks_at_others_are_not_told(page, recipient, stranger, administrator):
    look(recipient.user, recipient, what="booking:feed")
    look(administrator, stranger)
    assert "Nobody but you has opened it." in text_of(page.get(LOOKS))


def test_an_unknown_page_is_told_in_general_words(page, recipient, administrator):
    look(administrator, recipient, what="workflow:something_new")
    assert "Opened your information" in text_of(page.get(LOOKS))


def test_a_helper_does_not_read_the_log_and_a_guardian_does(client, recipient):
    for is_guardian, status in ((False, 404), (True, 200)):
        holder = factories.MandateFactory(recipient=recipient, guardian=is_guardian).holder
        client.force_login(holder)
        session = client.session
        session[ACTING_FOR] = str(recipient.pk)
        session.save()
        assert client.get(LOOKS).status_code == status


def test_a_page_of_many_costs_as_much_as_one_of_few(
    page, recipient, department, django_assert_max_num_queries
):
    for _ in range(30):
        by = factories.EmployeeFactory(department=department).person
        look(by, recipient, department=department)
    AccessLogEntry.objects.update(at=timezone.now() - dt.timedelta(days=1))
    page.get(LOOKS)

    with django_assert_max_num_queries(10):
        first = page.get(LOOKS)

    assert len(first.context["looks"]) == 25
    assert len(page.get(LOOKS, {"page": 2}).context["looks"]) == 5
