"""The pages of agreed times: the recipient's, and those of the department."""

import datetime as dt

import pytest
from django.urls import reverse

from booking import actions
from booking.models import AgreedDate, AgreedTime, Booking
from tests import factories
from tests.booking.pages.conftest import CHOOSE
from tests.factories import local

THURSDAY = dt.date(2026, 12, 3)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]


@pytest.fixture
def english(recipient, administrator):
    for user in (recipient.user, administrator):
        user.language = "en"
        user.save()


@pytest.fixture
def grant(recipient, service):
    recipient.grants.update(is_essential=True, amount=1, unit="visits", period="week")
    return recipient.grants.get()


@pytest.fixture
def staff(client, administrator):
    client.force_login(administrator)
    return client


@pytest.fixture
def agreed(grant, administrator):
    made = factories.AgreedTimeFactory(grant=grant, weekday=3, by=administrator)
    actions.keep_for(recipient_id=grant.recipient_id)
    return made


def words_of(response):
    return " ".join(response.content.decode().split())


def test_staff_agree_a_time_and_remove_it(
    staff, grant, department, django_capture_on_commit_callbacks
):
    page = reverse("booking:grant", args=[department.pk, grant.pk])
    add = reverse("booking:agree_time", args=[department.pk, grant.pk])
    typed = {"weekday": "3", "time": "10", "agreed_on": "23.11.2026", "agreed_with": "Kari"}

    refused = staff.post(add, {**typed, "time": "10:05"})
    assert "No visit can start at that time." in words_of(refused)
    assert 'value="Kari"' in refused.content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        staff.post(add, typed)
    agreed = AgreedTime.objects.get()
    assert (agreed.weekday, agreed.time, agreed.agreed_with) == (3, dt.time(10), "Kari")
    assert "Thursday 10:00" in words_of(staff.get(page))
    person = reverse("booking:recipient", args=[department.pk, grant.recipient_id])
    assert "Agreed time, kept until another is chosen." in words_of(staff.get(person))
    assert Booking.objects.filter(status="kept").count() == 2

    end = reverse("booking:end_agreed_time", args=[department.pk, grant.pk, agreed.pk])
    with django_capture_on_commit_callbacks(execute=True):
        staff.post(end)
    assert "No time is agreed." in words_of(staff.get(page))
    assert not Booking.objects.exists()


@pytest.mark.parametrize("view", ["ordinary", "simple"])
def test_the_recipient_gives_it_up_and_the_department_sees_it(
    client, recipient, agreed, department, administrator, view
):
    client.force_login(recipient.user)
    client.post(CHOOSE, {"view": view})
    visits = reverse("booking:visits")
    shown = words_of(client.get(visits))
    assert "Your agreed time, kept for you until you choose" in shown
    assert "If you choose no other time before Tuesday 1 December at 12:00" in shown
    if view == "ordinary":
        assert "kept for you until you choose" in words_of(client.get(reverse("booking:calendar")))

    give_up = reverse("booking:give_up_agreed_time", args=[agreed.pk])
    answer = client.post(give_up, {"date": "2026-12-03"}, follow=True)
    assert "You do not want the agreed time on this day." in words_of(answer)
    assert not Booking.objects.filter(starts_at=local(THURSDAY, 10)).exists()

    client.force_login(administrator)
    today = reverse("workflow:today", args=[department.pk])
    assert "Does not want the agreed time." in words_of(client.get(today))
    seen = reverse("booking:see_given_up", args=[department.pk, agreed.grant_id, agreed.pk])
    client.post(seen, {"date": "2026-12-03"})
    assert "Does not want the agreed time." not in words_of(client.get(today))

    client.force_login(recipient.user)
    take_back = reverse("booking:take_back_agreed_time", args=[agreed.pk])
    answer = client.post(take_back, {"date": "2026-12-03"}, follow=True)
    assert "is kept again" in words_of(answer)
    assert Booking.objects.get(starts_at=local(THURSDAY, 10)).status == "kept"


def test_one_without_a_seat_stands_on_the_page_of_today(staff, grant, department, service, book):
    other = factories.RecipientFactory(user=factories.UserFactory())
    factories.GrantFactory(recipient=other, service=service)
    book(other, local(THURSDAY, 10))
    factories.AgreedTimeFactory(grant=grant, weekday=3)
    actions.keep_for(recipient_id=grant.recipient_id)
    assert AgreedDate.objects.get(date=THURSDAY).state == "no_seat"
    shown = words_of(staff.get(reverse("workflow:today", args=[department.pk])))
    assert "No seat to keep. Nobody is free then." in shown


def test_a_kept_booking_has_no_page_of_its_own(client, recipient, agreed):
    client.force_login(recipient.user)
    kept = Booking.objects.filter(status="kept").first()
    for name in ("visit", "move", "cancel"):
        assert client.get(reverse(f"booking:{name}", args=[kept.pk])).status_code == 404
