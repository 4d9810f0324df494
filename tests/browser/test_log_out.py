"""Back after log-out shows nothing, with the browser's back/forward cache on.

Playwright starts Chromium with that cache off, where these tests would pass by themselves.
"""

import pytest
from playwright.sync_api import expect

from tests import factories
from tests.browser.conftest import CHROMIUM, FLAGS, log_in

pytestmark = pytest.mark.django_db(transaction=True)

REMEMBER_RESTORED = """
  addEventListener("pageshow", (event) => { window.wasRestored = event.persisted; });
"""


@pytest.fixture
def person(service):
    recipient = factories.RecipientFactory(
        user=factories.UserFactory(given_name="Aksel", family_name="Vik", language="en"),
        given_name="Aksel",
    )
    factories.GrantFactory(recipient=recipient, service=service)
    return recipient.user


@pytest.fixture
def page(browser, live_server, person):
    """Logged in, in a browser as people have it: the whole one, with its back/forward cache."""
    if CHROMIUM is None:
        pytest.skip("no chromium on this machine: install the package chromium")
    chromium = browser.browser_type.launch(
        executable_path=CHROMIUM,
        args=FLAGS,
        ignore_default_args=["--disable-back-forward-cache"],
    )
    context = chromium.new_context(base_url=live_server.url)
    context.add_init_script(REMEMBER_RESTORED)
    log_in(context, live_server, person)
    page = context.new_page()
    page.set_default_timeout(10_000)
    yield page
    chromium.close()


def log_out(page):
    page.goto("/accounts/logout/")
    page.get_by_role("main").get_by_role("button", name="Log out").click()
    expect(page.get_by_role("heading", name="Log in")).to_be_visible()


def back(page):
    """A page that is restored as it was does not load."""
    page.go_back(wait_until="commit")


def assert_log_in_is_shown(page):
    expect(page.get_by_role("heading", name="Log in")).to_be_visible()
    assert "Aksel" not in page.content()


def test_the_cache_is_on(page):
    """Otherwise the tests below would show nothing."""
    page.context.clear_cookies()
    page.goto("/help/")
    page.goto("/accessibility/")
    back(page)
    assert page.evaluate("window.wasRestored")


@pytest.mark.parametrize("path", ["/calendar/", "/calendar/week/", "/me/"])
def test_back_after_log_out_shows_nothing(page, path):
    page.goto(path)
    assert "Aksel" in page.content()
    log_out(page)
    back(page)
    assert_log_in_is_shown(page)
    back(page)
    assert_log_in_is_shown(page)


def test_back_in_another_tab_after_log_out_shows_nothing(page):
    page.goto("/calendar/")
    page.goto("/help/")
    log_out(page.context.new_page())
    back(page)
    assert_log_in_is_shown(page)


def test_an_open_calendar_leaves_when_the_session_has_ended(page):
    page.clock.install()
    page.goto("/calendar/")
    log_out(page.context.new_page())
    page.clock.run_for(60_000)
    assert_log_in_is_shown(page)


def test_the_open_calendar_asks_with_the_etag_it_was_given(page):
    page.clock.install()
    page.goto("/calendar/")
    with page.expect_response("**/calendar/") as answer:
        page.clock.run_for(60_000)
    assert answer.value.status == 304
