"""Message settings, the calendar feed, and a department's letters."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from accounts import actions as accounts_actions
from booking import actions
from booking.actions.announcements import announce
from tests import factories
from tests.browser.conftest import PHONE, WIDE
from tests.factories import local

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def dina(shop):
    return factories.EmployeeFactory(
        department=shop.department, role="administrator", person__language="en"
    ).person


@pytest.fixture
def hans(shop, dina):
    hans = factories.RecipientFactory(given_name="Hans", family_name="Eide", phone="33 11 22 33")
    factories.GrantFactory(recipient=hans, service=shop.shopping)
    starts_at = local(shop.next_visit.starts_at.date(), 18)
    actions.book(key=hans.pk, recipient=hans, service=shop.shopping, starts_at=starts_at, by=dina)
    announce()
    return hans


@pytest.mark.parametrize("viewport", [WIDE, PHONE], ids=["wide", "phone"])
def test_a_persons_choices_have_no_faults(shop, open_page, faults_of, shot, settings, viewport):
    settings.SMS_GATEWAY = "tests.sms.Gateway"
    user = shop.aksel.user
    user.phone = "90 00 00 00"
    user.save()
    accounts_actions.record_bounce(email=user.email)
    page = open_page(reverse("accounts:settings"), user=user, viewport=viewport)
    assert faults_of(page) == []
    shot(page, f"choices-{viewport['width']}")

    page.goto(reverse("accounts:messages"))
    by_others = page.get_by_role("row", name="When somebody else")
    by_others.get_by_label("E-mail").uncheck()
    page.get_by_role("button", name="Save").click()
    expect(page.locator("main form").get_by_text("Choose at least one.")).to_be_visible()
    expect(page.locator(".error-summary")).to_be_focused()
    assert faults_of(page) == []
    shot(page, f"messages-{viewport['width']}")
    by_others.get_by_label("Text message").check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Your choice is saved.")).to_be_visible()


@pytest.mark.parametrize("viewport", [WIDE, PHONE], ids=["wide", "phone"])
def test_an_address_is_made_copied_and_closed(shop, open_page, faults_of, shot, viewport):
    page = open_page(
        reverse("booking:feeds"),
        user=shop.aksel.user,
        viewport=viewport,
        permissions=["clipboard-read", "clipboard-write"],
    )
    page.get_by_role("button", name="Make an address").click()
    address = page.get_by_label("Address", exact=True).input_value()
    page.get_by_role("button", name="Copy the address").click()
    page.get_by_text("The address is copied").wait_for()
    assert page.evaluate("navigator.clipboard.readText()") == address
    assert faults_of(page) == []
    shot(page, f"feed-{viewport['width']}")
    page.get_by_role("button", name="Make one more address").click()
    expect(page.get_by_role("button", name="Close the address")).to_have_count(2)
    assert faults_of(page) == []
    page.get_by_role("button", name="Close the address").first.click()
    expect(page.get_by_text("The address is closed")).to_be_visible()


@pytest.mark.parametrize("viewport", [WIDE, PHONE], ids=["wide", "phone"])
def test_a_letter_is_printed_and_leaves_the_pile(
    shop,
    hans,
    dina,
    open_page,
    faults_of,
    shot,
    viewport,
):
    accounts_actions.record_bounce(email=shop.aksel.user.email)
    page = open_page(
        reverse("booking:letters", args=[shop.department.pk]), user=dina, viewport=viewport
    )
    assert faults_of(page) == []
    shot(page, f"letters-{viewport['width']}")
    with page.expect_navigation():
        page.get_by_role("link", name="Open the letter Hans Eide").click()
    assert faults_of(page) == []
    shot(page, f"letter-{viewport['width']}")
    page.emulate_media(media="print")
    shot(page, f"letter-paper-{viewport['width']}")
    page.emulate_media(media="screen")
    page.locator("form.no-print button").click()
    page.get_by_text("The letter is out of the pile.").wait_for()
    expect(page.get_by_text("Hans Eide")).to_be_hidden()


def test_an_address_that_gives_mail_back_stands_on_the_persons_page(
    shop,
    dina,
    open_page,
    faults_of,
    shot,
):
    accounts_actions.record_bounce(email=shop.aksel.user.email)
    page = open_page(
        reverse("booking:recipient", args=[shop.department.pk, shop.aksel.pk]), user=dina
    )
    assert faults_of(page) == []
    shot(page, "recipient-unreachable-1280")
    page.get_by_role("button", name="The address is right").click()
    expect(page.get_by_text("Messages go there again.")).to_be_visible()
