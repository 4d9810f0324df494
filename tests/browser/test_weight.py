"""What a page weighs and how soon it can be used, from production's web server.

gunicorn serves the test's own database with hashed and compressed files, and chromium
counts bytes as they come over the line, heads of answers included.
"""

import itertools
import os
import socket
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from urllib.request import urlopen

import pytest
from django.db import connection

from accounts.models import User
from serviceshop import demo
from serviceshop.demo import people
from tests.browser.conftest import PHONE, log_in

CHECKOUT = Path(__file__).resolve().parents[2]
SLOW = {"latency": 400, "downloadThroughput": 50_000, "uploadThroughput": 50_000}  # ms, bytes/s
SOON = 1000  # ms

pytestmark = pytest.mark.django_db(transaction=True)


class Production:
    def __init__(self, folder):
        with closing(socket.socket()) as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.url = f"http://localhost:{port}"
        self.environment = {
            **os.environ,
            "DATABASE_URL": database_url(),
            "STATIC_HASHED": "1",
            "STATIC_ROOT": str(folder),
            "WEB_WORKERS": "1",
        }
        unused = ["--ignore=htm*-4*", "--ignore=htmx-2.js", "--ignore=ext"]
        self._run("manage.py", "collectstatic", "--noinput", "-v0", *unused).wait()
        self.process = self._run(
            *("-m", "gunicorn", "serviceshop.wsgi", "--config", "python:serviceshop.gunicorn"),
            *("--bind", f"localhost:{port}"),
        )

    def _run(self, *command):
        return subprocess.Popen([sys.executable, *command], cwd=CHECKOUT, env=self.environment)

    def answers(self):
        try:
            return urlopen(f"{self.url}/healthz", timeout=5).status == 200
        except OSError:
            return False


def database_url():
    """The test's own database, by its address."""
    name = connection.settings_dict["NAME"]
    return os.environ["DATABASE_URL"].rpartition("/")[0] + f"/{name}"


@pytest.fixture
def production(tmp_path):
    demo.load()
    running = Production(tmp_path)
    deadline = time.monotonic() + 60
    while not running.answers():
        assert running.process.poll() is None, "gunicorn stopped"
        assert time.monotonic() < deadline, "gunicorn does not answer"
        time.sleep(0.1)
    yield running
    running.process.terminate()
    running.process.wait(timeout=20)


class Line:
    """What came over it since ``started``."""

    def __init__(self, page):
        self.cdp = page.context.new_cdp_session(page)
        self.cdp.send("Network.enable")
        self.cdp.on("Network.loadingFinished", self._count)
        self.received = 0

    def _count(self, event):
        self.received += int(event["encodedDataLength"])

    def slow_down(self):
        self.cdp.send("Network.emulateNetworkConditions", {"offline": False, **SLOW})


# How far, and what: an element, from where to where.
SHIFTS = """() => new Promise((done) => {
    const box = ({x, y, width, height}) => [x, y, width, height].map(Math.round).join(" ");
    new PerformanceObserver((list) => {
        done(list.getEntries().map((entry) => [entry.value, entry.sources.map((source) =>
            `${source.node?.parentElement?.outerHTML.slice(0, 120)} from ` +
            `${box(source.previousRect)} to ${box(source.currentRect)}`)]));
    }).observe({type: "layout-shift", buffered: true});
    setTimeout(() => done([]), 500);
})"""
INTERACTIVE = "() => performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd"


def test_the_landing_page_is_light_still_and_soon_there(browser, production, figure):
    """A page that shifts by itself does so in every run. On a busy machine a piece of HTML may
    arrive so late that half a button is shown; so a run with a shift is repeated."""
    aksel = User.objects.get(email=people.AKSEL.email)
    for _ in range(3):
        first, weights, moments, shifted = visits(browser, production, aksel)
        if not shifted:
            break
    figure("Landing page the first time, kB over the line", round(first / 1000, 1))
    figure("Landing page afterwards, kB over the line", round(max(weights) / 1000, 1))
    figure("Interactive at 400 kbit/s and 400 ms, ms", round(min(moments)))
    total = round(sum(value for value, _ in shifted), 3)
    figure("Layout shift over five visits", total)

    assert first <= 100_000
    assert max(weights) <= 12_000
    assert total == 0, shifted
    assert min(moments) <= SOON


def visits(browser, production, user):
    """Bytes of the first visit, then bytes, moments and shifts of those that follow."""
    context = browser.new_context(base_url=production.url, viewport=PHONE)
    log_in(context, production, user)
    page = context.new_page()
    line = Line(page)

    line.slow_down()
    page.goto("/calendar/", wait_until="networkidle")
    first, shifted = line.received, page.evaluate(SHIFTS)

    services = page.locator("a.service").evaluate_all("all => all.map((a) => a.href)")
    weights, moments = [], []
    for number, address in enumerate(itertools.islice(itertools.cycle(services), 20)):
        if number >= 4 and min(moments) <= SOON:
            break  # a busy machine may need more attempts
        before = line.received
        page.goto(address, wait_until="networkidle")
        weights.append(line.received - before)
        moments.append(page.evaluate(INTERACTIVE))
        shifted += page.evaluate(SHIFTS)
    context.close()
    return first, weights, moments, shifted
