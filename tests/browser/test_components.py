"""The components page in every way of looking: no faults, nothing cut, and as it was.

After an intended change, renew the pictures (docs/frontend.md has the command) and look at them
before you commit them.
"""

import os
from itertools import product

import pytest

from serviceshop.components import PAGES
from tests.browser.conftest import BROWSER, CHROMIUM, PHONE, SHOTS, WIDE
from tests.browser.pictures import SCALE, difference, draws_alike
from tests.browser.sampling import is_chosen

NARROW = {"width": 320, "height": 700}
LARGE_TEXT = "document.documentElement.style.fontSize = '200%'"
LOOKS = {
    "light": {"viewport": WIDE},
    "dark": {"viewport": WIDE, "color_scheme": "dark"},
    "forced": {"viewport": WIDE, "forced_colors": "active"},
    "narrow": {"viewport": NARROW},
    "large": {"viewport": PHONE},
}

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _development(settings):
    settings.SHOWS_COMPONENTS = True


@pytest.fixture(scope="module")
def is_alike(browser):
    """Pictures are kept from the whole browser; another version or font draws otherwise."""
    return BROWSER == CHROMIUM and draws_alike(browser)


@pytest.mark.parametrize(("name", "look"), [*product(PAGES, LOOKS)])
def test_components_look_as_they_did_and_have_no_faults(
    open_page, faults_of, browser, is_alike, name, look
):
    if not is_chosen(f"{name} {look}"):
        pytest.skip("another day's look")
    page = open_page(
        f"/components/{name}/", device_scale_factor=SCALE, reduced_motion="reduce", **LOOKS[look]
    )
    page.evaluate("document.fonts.ready")
    page.reload()  # the first page may have been without the font
    if look == "large":
        page.evaluate(LARGE_TEXT)
    overflow = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert overflow <= 0, f"{name} scrolls sideways"
    png = page.locator("main").screenshot(animations="disabled", caret="hide")
    if "SHOTS" in os.environ:
        SHOTS.mkdir(parents=True, exist_ok=True)
        (SHOTS / f"components-{name}-{look}.png").write_bytes(png)
    if is_alike:
        assert difference(browser, f"{name}-{look}", png) == ""
    if look in ("dark", "narrow"):
        assert faults_of(page) == []


def test_components_keep_their_meaning_in_forced_colours(open_page):
    page = open_page("/components/recipient/", forced_colors="active")
    busy = page.locator(".time.busy").evaluate("e => getComputedStyle(e).borderStyle")
    assert busy == "dashed"
