"""A real browser against a live server.

``open_page(user=…)`` gives a page, logged in or not; ``faults_of(page)`` what is wrong with it.
Without a browser these tests are skipped; in CI they fail.
"""

import os
import shutil
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.test.testcases import QuietWSGIRequestHandler
from pytest_django.live_server_helper import LiveServer

from tests.browser import presses
from tests.browser.engines import faults_by_both, load_engines
from tests.browser.sampling import EVERY_LOOK
from tests.browser.static import StaticFiles
from tests.reauthentication import logged_in_again

SHOTS = Path(__file__).resolve().parents[2] / ".data/shots"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
# The same browser without windows needs two thirds of the time. CI uses the whole one.
IN_CI = os.environ.get("CI") == "true"
BROWSER = (None if IN_CI else shutil.which("chromium-headless-shell")) or CHROMIUM
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE = 60_000  # ms: a busy machine may take its time
WIDE = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}


def pytest_collection_modifyitems(items):
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)
            if "measured" in item.fixturenames:
                item.add_marker(pytest.mark.counted)


@pytest.fixture(scope="session")
def browser():
    if BROWSER is None:
        complaint = "no chromium on this machine: install the package chromium"
        if IN_CI:
            pytest.fail(complaint)
        pytest.skip(complaint)
    # Playwright's event loop runs in this thread, where Django would refuse its ORM.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=PATIENCE)

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=BROWSER, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def live_server():
    """Instead of pytest-django's own, from which each page fetches all static files again, and
    sometimes waits 40 ms between the head of an answer and the rest (Nagle's algorithm)."""
    server = LiveServer("localhost", start=False)
    server.thread.static_handler = StaticFiles
    QuietWSGIRequestHandler.disable_nagle_algorithm = True
    server.start()
    yield server
    server.stop()


@pytest.fixture
def open_page(request, browser, live_server):
    """``open_page(path, user=…, viewport=PHONE, color_scheme="dark")``, or any context option."""
    contexts, complaints = [], []

    def open_page(path="/", *, user=None, viewport=WIDE, **options):
        context = browser.new_context(base_url=live_server.url, viewport=viewport, **options)
        contexts.append(context)
        if EVERY_LOOK and "faults_of" in request.fixturenames:
            load_engines(context)
        if user is not None:
            log_in(context, live_server, user)
        page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.set_default_timeout(PATIENCE)
        page.goto(path)
        return page

    yield open_page
    for context in contexts:
        context.close()
    refused = [text for text in complaints if "Content Security Policy" in text]
    assert refused == [], "something inline, or from elsewhere, was refused"


def log_in(context, live_server, user):
    client = Client()
    client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[0])
    logged_in_again(client)
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies(
        [{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}]
    )


@pytest.fixture
def faults_of(tally):
    """What either engine says is wrong with a page as it stands now."""

    def faults_of(page):
        by_axe, by_ace = faults_by_both(page)
        tally("States of pages that both engines looked at", 1)
        tally("Faults found by axe-core", len(by_axe))
        tally("Faults found by IBM's engine", len(by_ace))
        return by_axe + by_ace

    return faults_of


@pytest.fixture
def measured(record_property):
    """``measured(presses.STAFF_HEADER, height)`` notes pixels for the table, and fails above the
    goal."""

    def measured(goal, pixels=None, **measures):
        if pixels is not None:
            measures["pixels"] = pixels
        record_property(presses.MEASURED, (goal.what, measures))
        assert presses.over(goal, **measures) == []

    return measured


@pytest.fixture
def counted(measured):
    """``with counted(presses.SICKNESS) as count`` counts what ``count`` presses and writes."""

    @contextmanager
    def counted(goal):
        count = presses.Count()
        yield count
        measured(goal, presses=count.presses, fields=count.fields)

    return counted


@pytest.fixture
def shot():
    """With SHOTS=1, keep a picture in .data/shots, for the eyes of whoever changes a page."""

    def shot(page, name):
        if "SHOTS" in os.environ:
            SHOTS.mkdir(parents=True, exist_ok=True)
            page.screenshot(path=SHOTS / f"{name}.png", full_page=True)

    return shot
