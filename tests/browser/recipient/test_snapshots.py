"""The accessibility tree of each page, compared with ``snapshots/``.

After a page is changed on purpose: ``RENEW_SNAPSHOTS=1 .venv/bin/python -m pytest
tests/browser/recipient/test_snapshots.py``, then read the diff.
"""

import datetime as dt
import os
import re
from pathlib import Path

import pytest
from django.conf import settings

from tests.browser.conftest import PHONE
from tests.browser.recipient.test_pages import pages, pages_on_the_way
from tests.browser.sampling import sample
from tests.browser.test_log_in import DOORS

SNAPSHOTS = Path(__file__).parent / "snapshots"
ADDRESSES = re.compile(r"^ *- /url: .*\n", re.MULTILINE)  # they name rows by random keys


def speaks_english(page):
    cookie = {"name": settings.LANGUAGE_COOKIE_NAME, "value": "en", "url": page.url}
    page.context.add_cookies([cookie])


@pytest.fixture
def told(shop, clock, open_page):
    """``told(path)`` is the page's accessibility tree."""
    clock.shift(dt.timedelta(seconds=1))  # 11:00 is too late, however fast the machine is
    opened = {}

    def told(path, user=shop.aksel.user):
        if user not in opened:
            opened[user] = open_page(user=user, viewport=PHONE)
            speaks_english(opened[user])  # also outside the door
        page = opened[user]
        page.goto(path)
        return ADDRESSES.sub("", page.locator("body").aria_snapshot()) + "\n"

    return told


def test_a_screen_reader_is_told_what_it_was_told_before(shop, mandate, told):
    renews = "RENEW_SNAPSHOTS" in os.environ

    def trees(paths, user):
        chosen = paths if renews else sample(paths)
        return {name: told(path, user) for name, path in chosen.items()}

    now = trees(pages(shop), shop.aksel.user)
    now |= trees(pages_on_the_way(shop), shop.aksel.user)  # these change the others
    now |= trees({f"door_{name}": path for name, path in DOORS.items()}, None)
    now |= trees({"persons": "/persons/"}, mandate.holder)
    if renews:
        SNAPSHOTS.mkdir(exist_ok=True)
        for name, tree in now.items():
            (SNAPSHOTS / f"{name}.yaml").write_text(tree)
    changed = [
        name for name, tree in now.items() if (SNAPSHOTS / f"{name}.yaml").read_text() != tree
    ]
    assert changed == [], "renew them if this was meant; the module says how"


def test_each_time_says_its_day_and_whether_it_is_free(shop, told):
    parts, _, _ = told(pages(shop)["times"]).partition("- complementary")
    times = re.findall(r"- (?:link|listitem).*\d\d:\d\d.*", parts)
    assert len(times) > 10
    for time in times:
        assert "Thursday 26 November" in time
        assert re.search(r"free|Busy|your visit", time), time
