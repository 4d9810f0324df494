"""The components of docs/frontend.md, together on sample pages, by every way of looking."""

import pytest

from tests.browser.conftest import PHONE, WIDE

NARROW = {"width": 320, "height": 700}

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.urls("tests.browser.sample_urls"),
]


@pytest.mark.parametrize("sample", ["recipient", "staff", "on_foot"])
@pytest.mark.parametrize("color_scheme", ["light", "dark"])
def test_components_have_no_faults(open_page, axe, shot, sample, color_scheme):
    for name, viewport in {"1280": WIDE, "390": PHONE, "320": NARROW}.items():
        page = open_page(
            f"/samples/{sample}/?errors", viewport=viewport, color_scheme=color_scheme
        )
        shot(page, f"sample-{sample}-{name}-{color_scheme}")
        assert axe(page) == []
        overflow = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert overflow <= 0, f"{sample} scrolls sideways at {name}"


@pytest.mark.parametrize("sample", ["recipient", "staff"])
def test_components_keep_their_meaning_in_forced_colours(open_page, shot, sample):
    page = open_page(f"/samples/{sample}/", forced_colors="active")
    shot(page, f"sample-{sample}-1280-forced")
    if sample == "recipient":
        busy = page.locator(".time.busy").evaluate("e => getComputedStyle(e).borderStyle")
        assert busy == "dashed"
