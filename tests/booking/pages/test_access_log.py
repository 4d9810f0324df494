"""The access log as a recipient reads it: when, who, and what in plain words."""

import datetime as dt

from django.urls import reverse
from django.utils import timezone

from accounts.access import ACTING_FOR, log_access
from accounts.models import AccessLogEntry
from tests import factories
from tests.booking.pages.conftest import text_of

LOOKS = "/looks/"


def look(by, recipient, what="booking:recipient", department=None):
    log_access(
        by=by,
        subject_id=recipient.pk,
        what=what,
        department_id=department and department.pk,
    )


def test_an_entry_shows_when_who_and_what(page, recipient, administrator, department):
    look(administrator, recipient, department=department)

    shown = text_of(page.get(LOOKS))

    assert "Tuesday 24 November at 09:00" in shown
    assert "Dina Aas Administrator, Home care North Opened your page" in shown


def test_a_guardian_is_shown_with_their_role(page, recipient):
    guardian = factories.MandateFactory(recipient=recipient, guardian=True).holder
    look(guardian, recipient, what="booking:visits")
    assert f"{guardian.full_name} Guardian Saw your visits" in text_of(page.get(LOOKS))


def test_own_access_and_access_to_others_are_left_out(page, recipient, stranger, administrator):
    look(recipient.user, recipient, what="booking:feed")
    look(administrator, stranger)
    assert "Nobody but you has opened it." in text_of(page.get(LOOKS))


def test_an_unknown_page_has_a_general_text(page, recipient, administrator):
    look(administrator, recipient, what="workflow:something_new")
    assert "Opened your information" in text_of(page.get(LOOKS))


def test_a_guardian_can_read_the_log_and_a_helper_cannot(client, recipient):
    for is_guardian, status in ((False, 404), (True, 200)):
        holder = factories.MandateFactory(recipient=recipient, guardian=is_guardian).holder
        client.force_login(holder)
        session = client.session
        session[ACTING_FOR] = str(recipient.pk)
        session.save()
        assert client.get(LOOKS).status_code == status


def test_a_long_log_takes_as_many_statements_as_a_short_one(
    page, recipient, department, django_assert_max_num_queries
):
    for _ in range(30):
        by = factories.EmployeeFactory(department=department).person
        look(by, recipient, department=department)
    AccessLogEntry.objects.update(at=timezone.now() - dt.timedelta(days=1))
    page.get(LOOKS)

    with django_assert_max_num_queries(10):
        first = page.get(LOOKS)

    assert len(first.context["entries"]) == 25
    assert len(page.get(LOOKS, {"page": 2}).context["entries"]) == 5


def test_changes_without_an_actor_of_their_own_are_in_the_log(
    client, user, recipient, service, administrator, department
):
    """A skipped date and a removed wish do not store who changed them."""
    helper = factories.MandateFactory(recipient=recipient).holder
    series = factories.BookingSeriesFactory(recipient=recipient, service=service)
    client.force_login(helper)
    session = client.session
    session[ACTING_FOR] = str(recipient.pk)
    session.save()
    date = {"date": series.first_date.isoformat()}
    client.post(f"/repeating/{series.pk}/skip/", date)
    assert series.dates.get().state == "skipped"
    client.post(f"/repeating/{series.pk}/take-back/", date)
    assert not series.dates.filter(state="skipped").exists()
    client.post("/wishes/make/", {"service": service.pk, **date})
    wish = recipient.wishes.get()
    assert wish.by == helper
    client.post(f"/wishes/{wish.pk}/remove/")
    client.get(f"/repeating/{series.pk}/end/")
    client.post(f"/repeating/{series.pk}/end/", {"visits": "keep"})

    grant = recipient.grants.get()
    grant_pages = f"/departments/{department.pk}/recipients"
    given = {"amount": "3", "unit": "visits", "period": "week", "valid_from": "01.12.2026"}
    client.force_login(administrator)
    client.post(
        f"{grant_pages}/grants/{grant.pk}/change/",
        {
            **given,
            "service": service.pk,
            "valid_from": "01.11.2026",
            "version": grant.version,
        },
    )
    other = factories.ServiceFactory(department=department)
    client.post(
        reverse("booking:add_grant", args=[department.pk, recipient.pk]),
        {**given, "service": other.pk},
    )
    assert {grant.amount for grant in recipient.grants.all()} == {3}

    client.force_login(user)
    text = text_of(client.get(LOOKS))
    for done in (
        "Skipped a visit that repeats",
        "Took back that a visit was skipped",
        "Opened the page to end a visit that repeats",
        "Ended a visit that repeats",
        "Asked to be told of a free time for you",
        "Stopped waiting for a free time for you",
    ):
        assert f"{helper.full_name} Helper {done}" in text
    for done in ("Changed a grant of yours", "Wrote down a new grant"):
        assert f"Dina Aas Administrator, Home care North {done}" in text
