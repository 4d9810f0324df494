"""An API key: made after errors in the form, shown in full, and removed."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from accounts.tokens import PREFIX
from tests.browser.conftest import PHONE, WIDE
from tests.browser.recipient.test_universal_design import SMALLEST_TARGET

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("viewport", [WIDE, PHONE], ids=["wide", "phone"])
def test_a_key_is_made_and_removed(shop, open_page, faults_of, shot, viewport):
    width = viewport["width"]
    page = open_page(reverse("accounts:settings"), user=shop.aksel.user, viewport=viewport)
    with page.expect_navigation():
        page.get_by_role("link", name="Keys for programs").click()
    assert faults_of(page) == []
    with page.expect_navigation():
        page.get_by_role("button", name="Make the key").click()
    assert faults_of(page) == []
    shot(page, f"keys-{width}")
    page.get_by_label("What is it for?").fill("My robot")
    page.get_by_label("See my services, free times and visits").check()
    page.get_by_role("button", name="Make the key").click()
    secret = page.get_by_label("My robot")
    assert secret.input_value().startswith(PREFIX)
    is_seen_whole = "field => field.scrollHeight <= field.clientHeight"
    assert secret.evaluate(is_seen_whole)
    assert faults_of(page) == []
    shot(page, f"key-{width}")
    page.get_by_role("link", name="I have copied it").click()
    page.get_by_label("What is it for?").fill("My watch")
    page.get_by_label("See my services, free times and visits").check()
    page.get_by_role("button", name="Make the key").click()
    page.get_by_role("link", name="I have copied it").click()
    expect(page.get_by_role("button", name="Remove the key")).to_have_count(2)
    assert faults_of(page) == []
    back = page.get_by_role("link", name="Back to my choices")
    assert back.bounding_box()["height"] >= SMALLEST_TARGET
    page.get_by_role("button", name="Remove the key My robot").click()
    expect(page.get_by_text("My robot")).to_be_hidden()
