"""Changing the e-mail with a code, and a series whose maker's mandate has ended."""

import re

from django.core import mail
from playwright.sync_api import expect

from booking import actions
from tests import factories
from tests.browser.conftest import PHONE


def test_an_email_is_changed_by_keyboard_alone(shop, open_page, faults_of, shot):
    user = shop.aksel.user
    page = open_page("/me/", user=user, viewport=PHONE)
    page.get_by_role("link", name="Change e-mail").press("Enter")
    page.get_by_label("Your new e-mail").fill("aksel")
    page.get_by_label("Your new e-mail").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Change e-mail")
    assert faults_of(page) == []
    shot(page, "email-wrong-390")
    page.get_by_label("Your new e-mail").fill("aksel.ny@example.test")
    page.get_by_label("Your new e-mail").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Enter the code")
    assert faults_of(page) == []
    shot(page, "email-code-390")
    page.get_by_label("Code").fill("1")
    page.get_by_label("Code").press("Enter")
    expect(page.locator("main form").get_by_text("This is not the code we sent.")).to_be_visible()
    expect(page.locator(".error-summary")).to_be_focused()
    assert faults_of(page) == []
    page.get_by_label("Code").fill(re.search(r"\b\d{6}\b", mail.outbox[-1].body)[0])
    page.get_by_label("Code").press("Enter")
    expect(page.get_by_text("Your e-mail is changed.")).to_be_visible()
    expect(page.get_by_role("main")).to_contain_text("aksel.ny@example.test")
    shot(page, "email-changed-390")


def test_what_a_former_helper_repeats_asks_whether_it_goes_on(shop, open_page, faults_of, shot):
    mandate = factories.MandateFactory(recipient=shop.aksel, holder_name="Carl Berg")
    visit = shop.next_visit
    series = actions.repeat(key=visit.pk, like=visit, by=mandate.holder, mandate=mandate)
    page = open_page("/mandates/", user=shop.aksel.user, viewport=PHONE, color_scheme="dark")
    page.get_by_role("button", name="End it for Carl Berg").click()
    expect(page.get_by_text("Something that repeats waits for your answer.")).to_be_visible()
    assert faults_of(page) == []
    shot(page, "series-waiting-list-390-dark")
    page.get_by_role("link", name="Every Wednesday at 10:00").click()
    expect(page.get_by_role("heading", name="Shall it go on?")).to_be_visible()
    assert faults_of(page) == []
    shot(page, "series-waiting-390-dark")
    page.get_by_role("button", name="Yes, go on").click()
    expect(page.get_by_text("Will be booked").first).to_be_visible()
    series.refresh_from_db()
    assert series.mandate is None
