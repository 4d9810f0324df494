"""What staff do most, counted from their front page: find somebody, book for them, and put
somebody else on when a carer is sick."""

import datetime as dt

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from tests import factories
from tests.browser import presses

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def dina(administrator):
    administrator.language = "en"
    administrator.save()
    return administrator


@pytest.fixture
def berit(service):
    """A recipient among others with like names."""
    berit = factories.RecipientFactory(given_name="Berit", family_name="Moen", phone="+4790112233")
    for recipient in (berit, factories.RecipientFactory(given_name="Bernt", family_name="Moe")):
        factories.GrantFactory(recipient=recipient, service=service, amount=2)
    return berit


@pytest.fixture
def open_week(department):
    for weekday in range(1, 8):
        factories.OpeningHoursFactory(department=department, weekday=weekday)
    return department


def test_a_recipient_is_found_with_one_press_and_three_letters(
    dina, berit, open_page, counted, faults_of
):
    page = open_page("/", user=dina)
    with counted(presses.FIND_RECIPIENT) as count:
        count.write(page.get_by_role("searchbox"), "eri")
        count.key(page, "Enter")
        expect(page.locator(".found > li")).to_have_count(1)
        expect(page.locator(".found")).to_contain_text("Berit Moen")
    assert faults_of(page) == []


def test_booking_by_phone(dina, berit, service, open_week, open_page, counted, faults_of):
    page = open_page("/", user=dina)
    with counted(presses.BOOKING_BY_PHONE) as count:
        count.write(page.get_by_role("searchbox"), "901 12 233")
        count.key(page, "Enter")
        count.press(page.get_by_role("link", name="Book cleaning"))
        count.press(page.locator(".free-times input").first)
        count.press(page.get_by_role("button", name="Book"))
        expect(page.get_by_text("The visit is booked: ")).to_be_visible()
    assert berit.bookings.get().events.get().reason == "You called and asked."
    assert faults_of(page) == []


def test_sickness_is_covered(
    dina, care_worker, department, open_page, counted, faults_of, time_machine
):
    noon = factories.local(timezone.localdate(), 12)
    time_machine.move_to(noon)
    day = factories.DayFactory(department=department, date=noon.date(), settled_at=noon)
    shift = factories.ShiftFactory(day=day, person=care_worker)
    visit = factories.VisitFactory(
        day=day, shift=shift, booking__starts_at=noon + dt.timedelta(hours=1)
    )
    jonas = factories.EmployeeFactory(department=department, person__given_name="Jonas").person
    page = open_page("/", user=dina)
    with counted(presses.SICKNESS) as count:
        count.press(page.get_by_role("link", name="Day board", exact=True))
        count.press(page.get_by_role("link", name=care_worker.full_name))
        count.press(page.get_by_role("link", name="Sick for the rest of the day"))
        expect(page.get_by_role("button", name="Save and put Jonas on")).to_be_visible()
        assert faults_of(page) == []
        count.press(page.get_by_role("button", name="Save and put Jonas on"))
        expect(page.get_by_text("takes over")).to_be_visible()
    visit.refresh_from_db()
    assert visit.shift.person == jonas


def test_the_slash_key_goes_to_the_search_unless_one_types_or_has_turned_it_off(
    dina, berit, open_page
):
    page = open_page("/", user=dina)
    search = page.get_by_role("search", name="Find a recipient").get_by_role("searchbox")
    page.keyboard.press("/")
    expect(search).to_be_focused()
    page.keyboard.type("a/b")
    expect(search).to_have_value("a/b")

    page.get_by_role("link", name="Recipients").click()
    page.get_by_label("The key / goes to").uncheck()
    page.reload()
    page.keyboard.press("/")
    expect(search).not_to_be_focused()
