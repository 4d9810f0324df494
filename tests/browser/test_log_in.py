"""The way in, looked at and driven as people do."""

import re

import pytest
from django.core.cache import cache
from django.urls import include, path

from serviceshop.demo import login as demo_login
from serviceshop.demo import mail as demo_mail
from serviceshop.urls import urlpatterns as real
from tests.browser.conftest import PHONE, WIDE
from tests.browser.engines import ace_faults, axe_faults
from tests.browser.sampling import sample
from tests.factories import UserFactory

urlpatterns = [
    path("", include(real)),
    path("demo/mail/", demo_mail.mails, name="demo_mails"),
    path("demo/log-in/", demo_login.log_in, name="demo_log_in"),
]

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def person():
    cache.clear()
    return UserFactory(
        email="kari@example.test", given_name="Kari", family_name="Lie", password="old and long"
    )


DOORS = {
    "log-in": "/accounts/login/",
    "password": "/accounts/login/?way=password",
    "reset": "/accounts/password/reset/",
    "sent": "/accounts/password/reset/done/",
    "bad-link": "/accounts/password/reset/key/a-set-password/",
}


@pytest.mark.parametrize(
    ("viewport", "color_scheme"), [(WIDE, "light"), (PHONE, "dark")], ids=["wide", "phone"]
)
def test_doors_have_no_faults(open_page, faults_of, shot, viewport, color_scheme):
    page = open_page(viewport=viewport, color_scheme=color_scheme)
    for name, address in sample(DOORS, one_of=2).items():
        page.goto(address)
        shot(page, f"{name}-{viewport['width']}-{color_scheme}")
        assert faults_of(page) == []


@pytest.mark.parametrize("viewport", [WIDE, PHONE], ids=["wide", "phone"])
def test_ones_own_pages_have_no_faults(open_page, faults_of, shot, person, viewport):
    page = open_page(user=person, viewport=viewport)
    for address in ["/me/", "/accounts/password/change/", "/accounts/logout/"]:
        page.goto(address)
        shot(page, f"own-{address.strip('/').replace('/', '-')}-{viewport['width']}")
        assert faults_of(page) == []


def test_a_code_logs_in_without_javascript(open_page, faults_of, shot, person, mailoutbox):
    page = open_page("/me/", java_script_enabled=False, viewport=PHONE)
    page.locator("#id_email").fill(person.email)
    page.locator("form:has(#id_email) button[type=submit]").click()
    page.wait_for_selector("#id_code")
    shot(page, "code-390")
    page.locator("#id_code").fill(re.search(r"^\d{6}$", mailoutbox[0].body, re.MULTILINE)[0])
    page.locator("form:has(#id_code) button[type=submit]").click()
    page.wait_for_url("**/me/")
    assert person.full_name in page.locator("main").inner_text()


def test_the_code_page_has_no_faults_also_when_the_code_is_wrong(
    open_page, faults_of, shot, person
):
    page = open_page("/accounts/login/")
    page.locator("#id_email").fill(person.email)
    page.locator("form:has(#id_email) button[type=submit]").click()
    page.wait_for_selector("#id_code")
    assert faults_of(page) == []
    page.locator("#id_code").fill("wrong")
    page.locator("form:has(#id_code) button[type=submit]").click()
    page.wait_for_selector("#id_code[aria-invalid=true]")
    shot(page, "code-wrong-1280")
    assert faults_of(page) == []


@pytest.mark.parametrize("viewport", [WIDE, PHONE], ids=["wide", "phone"])
def test_logging_in_again_has_no_faults_and_goes_on(
    open_page, faults_of, shot, person, mailoutbox, viewport
):
    page = open_page("/settings/log-in-again/", user=person, viewport=viewport)
    assert faults_of(page) == []
    shot(page, f"log-in-again-{viewport['width']}")
    page.locator("form:has([value=send]) button").click()
    page.locator("#id_code").fill("wrong")
    page.locator("form:has(#id_code) button").click()
    page.wait_for_selector("#id_code[aria-invalid=true]")
    assert faults_of(page) == []
    page.locator("#id_code").fill(re.search(r"^\d{6}$", mailoutbox[0].body, re.MULTILINE)[0])
    page.locator("form:has(#id_code) button").click()
    page.wait_for_url(lambda url: "log-in-again" not in url)


def test_the_keyboard_alone_gets_in(open_page, person):
    page = open_page("/accounts/login/?way=password")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "ds-skip-link"
    page.keyboard.press("Enter")
    for _ in range(10):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == "id_login":
            break
    page.keyboard.type(person.email)
    page.keyboard.press("Tab")
    page.keyboard.type("old and long")
    page.keyboard.press("Enter")
    page.wait_for_selector(".top-actions form", state="attached")


@pytest.mark.urls(__name__)
def test_the_demonstrations_people_stand_on_its_door(open_page, faults_of, shot, settings):
    settings.DEMO = True
    UserFactory(email="berit@demo.example", given_name="Berit")
    for viewport, color_scheme in [(PHONE, "dark"), (WIDE, "light")]:
        page = open_page("/accounts/login/", viewport=viewport, color_scheme=color_scheme)
        shot(page, f"demo-{viewport['width']}-{color_scheme}")
        assert faults_of(page) == []
    shot(open_page("/accounts/login/", forced_colors="active"), "demo-1280-forced")
    page.get_by_role("button", name="Berit", exact=True).click()
    page.wait_for_selector(".top-actions form", state="attached")


@pytest.mark.parametrize("faults_by", [axe_faults, ace_faults])
def test_the_engine_is_really_looking(open_page, faults_by):
    page = open_page("/accounts/login/")
    page.evaluate("document.querySelector('label[for=id_email]').remove()")
    assert any("label" in fault for fault in faults_by(page))


def test_a_very_narrow_door_does_not_scroll_sideways(open_page):
    page = open_page("/accounts/login/", viewport={"width": 320, "height": 700})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
