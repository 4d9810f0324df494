"""Every page that the demonstration's people can reach by its links has no faults.

Follows links as each role, from the front page, to one example of each URL name. Pages that
tests/browser/sampling.py chooses are opened in the browser: no message in the console (where a
broken security policy or a missing file shows), nothing found by either engine at 1280 pixels,
and nothing wider than a phone.
"""

import re
from collections import deque
from functools import partial
from html import unescape
from urllib.parse import urljoin, urlsplit

import pytest
import time_machine
from django.test import Client
from django.urls import Resolver404, resolve, reverse

from accounts.models import User
from booking.models import Grant
from serviceshop import demo
from serviceshop.demo import people
from tests.browser.conftest import PHONE, WIDE
from tests.browser.recipient.conftest import NOW
from tests.browser.sampling import is_chosen
from tests.fast_database import load_kept

LINKS = re.compile(r"""<a\s[^>]*?href="([^"]*)""")
NOT_PAGES = (".ics", ".pdf", ".csv")

MUST_SEE = {
    people.AKSEL: {
        "booking:calendar",
        "booking:times",
        "booking:check",
        "booking:visit",
        "booking:move",
        "booking:cancel",
        "booking:week",
    },
    people.DINA: {"workflow:today", "workflow:board", "departments:hours", "departments:staff"},
    people.EMIL: {"workflow:my_day", "workflow:print_list", "accounts:me"},
    people.FRIDA: {"departments:overview"},
    people.CARL: {"booking:persons", "accounts:settings", "accounts:messages", "accounts:me"},
}
# These look different in the simple view, and under another's name.
EACH_RECIPIENTS = {
    "booking:calendar",
    "booking:times",
    "booking:check",
    "booking:visits",
    "booking:visit",
    "booking:move",
    "booking:cancel",
}

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def on_a_working_day():
    """At night and at the weekend some have no page of the day to print."""
    with time_machine.travel(NOW):
        yield


@pytest.mark.parametrize("person", MUST_SEE, ids=lambda person: person.given_name)
def test_every_page_of_the_demonstration(open_page, faults_of, person):
    load_kept("demonstration", demo.load)
    page = open_page("/", user=User.objects.get(email=person.email))
    faults, seen = look_at_all(page, faults_of)
    assert seen >= MUST_SEE[person]
    assert faults == []


def test_every_page_in_the_simple_view(open_page, faults_of):
    load_kept("demonstration", demo.load)
    berit = User.objects.get(email=people.BERIT.email)
    berit.preferences = {"view": "simple"}
    berit.save()
    # The question for the service, and the one for the day, have the same URL name.
    service = Grant.objects.filter(recipient__user=berit).first().service_id
    days = f"{reverse('booking:calendar')}?service={service}"
    faults, seen = look_at_all(open_page("/", user=berit), faults_of, days)
    assert seen >= EACH_RECIPIENTS
    assert faults == []


def test_every_page_of_whoever_acts_for_somebody(open_page, faults_of):
    load_kept("demonstration", demo.load)
    page = open_page("/persons/", user=User.objects.get(email=people.CARL.email))
    page.get_by_role("main").get_by_role("button", name=people.BERIT.given_name).click()
    page.wait_for_url("**/calendar/")
    faults, seen = look_at_all(page, faults_of)
    assert seen >= EACH_RECIPIENTS
    assert faults == []


def look_at_all(page, faults_of, *also):
    """What is wrong with the pages that links lead to, and the names of those pages."""
    faults, seen = [], set()
    page.on("console", partial(note_message, page, faults))
    for path, name in pages(page, "/", *also):
        seen.add(name)
        if not is_chosen(name):
            continue
        page.goto(path)
        faults += [f"{path}: {fault}" for fault in faults_of(page)]
        page.set_viewport_size(PHONE)
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            faults.append(f"{path}: wider than a phone")
        page.set_viewport_size(WIDE)
    return faults, seen


def note_message(page, faults, message):
    if message.type in ("error", "warning"):
        faults.append(f"{page.url}: {message.text}")


def pages(page, *starts):
    """Follow the links as the page's user; yields (path, URL name) of one page for each name,
    and of each start. Without the browser, which need not open pages that nobody looks at."""
    client = Client()
    for cookie in page.context.cookies():
        client.cookies[cookie["name"]] = cookie["value"]
    waiting, found, opened = deque(starts), {*starts}, set()
    while waiting:
        path = waiting.popleft()
        try:
            name = resolve(urlsplit(path).path).view_name
        except Resolver404:
            pytest.fail(f"a link leads nowhere: {path}")
        if name in opened and path not in starts:
            continue
        opened.add(name)
        response = client.get(path, follow=True)
        assert response.status_code == 200, f"{path}: {response.status_code}"
        landed_on = response.resolver_match.view_name
        opened.add(landed_on)
        yield path, landed_on
        here = response.request["PATH_INFO"]
        for href in LINKS.findall(response.content.decode()):
            link = urlsplit(urljoin(here, unescape(href)))
            target = link.path + (f"?{link.query}" if link.query else "")
            if (
                not (link.scheme or link.netloc)
                and target not in found
                and not link.path.endswith(NOT_PAGES)
                and not link.path.startswith(("/static/", "/demo/"))
            ):
                found.add(target)
                waiting.append(target)
