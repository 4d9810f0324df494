"""The components of docs/frontend.md, together on sample pages, by every way of looking."""

import pytest

from tests.browser.conftest import PHONE, WIDE

NARROW = {"width": 320, "height": 700}

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.urls("tests.browser.sample_urls"),
]


@pytest.mark.parametrize("sample", ["recipient", "staff", "on_foot"])
def test_components_have_no_faults(open_page, faults_of, shot, sample):
    for viewport, color_scheme in [
        (WIDE, "dark"),
        (NARROW, "light"),
    ]:
        page = open_page(
            f"/samples/{sample}/?errors", viewport=viewport, color_scheme=color_scheme
        )
        shot(page, f"sample-{sample}-{viewport['width']}-{color_scheme}")
        assert faults_of(page) == []
        overflow = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert overflow <= 0, f"{sample} scrolls sideways at {viewport['width']}"


@pytest.mark.parametrize("sample", ["recipient", "staff"])
def test_components_keep_their_meaning_in_forced_colours(open_page, shot, sample):
    page = open_page(f"/samples/{sample}/", forced_colors="active")
    shot(page, f"sample-{sample}-1280-forced")
    if sample == "recipient":
        busy = page.locator(".time.busy").evaluate("e => getComputedStyle(e).borderStyle")
        assert busy == "dashed"


@pytest.mark.parametrize("sample", ["recipient", "staff", "on_foot"])
def test_text_twice_as_large_fits_a_phone(open_page, shot, sample):
    page = open_page(f"/samples/{sample}/?errors", viewport=PHONE)
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    shot(page, f"sample-{sample}-390-large-text")
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
