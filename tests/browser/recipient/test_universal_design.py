"""A recipient's pages in narrow and wide windows, large and spaced text, without colours.

``EVERY_LOOK=1`` has both engines look at each page in each way; .ci/run does. Otherwise each
way looks at a sample of the pages (tests/browser/sampling.py).
"""

import re

import pytest
from django.db.models import F, Value
from django.db.models.functions import Concat, Left, Replace

from booking.models import Recipient
from departments.models import Department, Service
from tests.browser.conftest import PHONE, WIDE
from tests.browser.recipient.test_pages import (
    pages,
    pages_for_whoever_acts,
    pages_on_the_way,
)
from tests.browser.sampling import EVERY_LOOK, sample

SMALLEST_TARGET = 44  # CSS pixels, both ways

in_every_look = pytest.mark.skipif(not EVERY_LOOK, reason="EVERY_LOOK=1 looks in every way")
LOOKS = [
    {"viewport": {"width": 320, "height": 640}, "color_scheme": "light"},
    {"viewport": {"width": 768, "height": 1024}, "color_scheme": "dark"},
    {"viewport": {"width": 1280, "height": 900}, "color_scheme": "light"},
    {"viewport": {"width": 1280, "height": 900}, "forced_colors": "active"},
    {"viewport": {"width": 1920, "height": 1080}, "reduced_motion": "reduce"},
]

# WCAG 1.4.12, as an adopted style sheet, which the CSP does not cover.
SPACED = """() => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(`* { line-height: 1.5 !important; letter-spacing: 0.12em !important;
        word-spacing: 0.16em !important; } p { margin-block-end: 2em !important; }`);
    document.adoptedStyleSheets = [sheet];
}"""
LARGE = "document.documentElement.style.fontSize = '200%'"


def unbroken(field):
    """The field's value as one word of sixty letters."""
    return Left(Concat(Replace(F(field), Value(" "), Value("")), Value(UNBROKEN)), len(UNBROKEN))


UNBROKEN = "Hverdagsrehabiliteringskoordinatorstillingsbeskrivelsesarkiv"  # sixty letters

# Text that its own box cuts off, and pages wider than the window. In a field for a file the words
# are the browser's own.
CUT_OFF = """() => {
    const root = document.documentElement;
    const wide = root.scrollWidth > innerWidth ? ["wider than the window"] : [];
    const cut = [...document.querySelectorAll("main *, header *, footer *")].filter((e) => {
        const style = getComputedStyle(e);
        return !e.closest(".ds-sr-only, svg, .week-grid, [type=file]") && e.clientWidth > 1
            && ["hidden", "clip"].includes(style.overflowX)
            && (e.scrollWidth > e.clientWidth + 1 || e.scrollHeight > e.clientHeight + 1);
    });
    return [...wide, ...cut.map((e) => e.outerHTML.slice(0, 120))];
}"""

# Lines that leave the window or the box they stand in, and words of a usual length that are broken
# without a hyphen. What scrolls by itself may be wider; where text is twice as large as the phone
# was made for, a long word is broken, but never the name of the place at the top.
OUTSIDE = """() => {
    const LONGEST = 24;
    const root = document.documentElement;
    const found = root.scrollWidth > innerWidth ? ["wider than the window"] : [];
    const scrolls = (e) => e && (["auto", "scroll"].includes(getComputedStyle(e).overflowX)
        || scrolls(e.parentElement));
    const hidden = (e) => e
        && (getComputedStyle(e).clipPath !== "none" || hidden(e.parentElement));
    const box = (e) => getComputedStyle(e).display === "inline" ? box(e.parentElement) : e;
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const range = document.createRange();
    for (let text; (text = walker.nextNode());) {
        const parent = text.parentElement;
        if (!text.data.trim() || !parent.checkVisibility() || hidden(parent) || scrolls(parent)
            || parent.closest(".ds-sr-only, .ds-skip-link, option"))
            continue;
        range.selectNodeContents(text);
        const right = Math.max(...[...range.getClientRects()].map((line) => line.right));
        if (right > innerWidth + 1 || right > box(parent).getBoundingClientRect().right + 1)
            found.push(`outside: ${parent.outerHTML.slice(0, 120)}`);
        const large = parseFloat(getComputedStyle(root).fontSize) > 16;
        if (large && !parent.closest(".brand")) continue;
        for (const word of text.data.matchAll(/[^\\s–-]+/g)) {
            if (word[0].length > LONGEST) continue;
            range.setStart(text, word.index);
            range.setEnd(text, word.index + word[0].length);
            if (new Set([...range.getClientRects()].map((line) => line.top)).size > 1)
                found.push(`broken: ${word[0]}`);
        }
    }
    return found;
}"""

# A link within a sentence is as high as its line, and may be (WCAG 2.5.8); a field's label is
# pressed with it.
TARGETS = """() => {
    const inSentence = (e) => {
        const around = e.closest("p, li, dd, td");
        return getComputedStyle(e).display === "inline" && around
            && around.textContent.trim() !== e.textContent.trim();
    };
    return [...document.querySelectorAll("a[href], button, input, select, textarea, summary")]
        .filter((e) => e.type !== "hidden" && e.checkVisibility() && !inSentence(e)
            && !e.classList.contains("ds-skip-link") && !e.closest(".week-grid"))
        .map((e) => {
            const pressed = ["radio", "checkbox"].includes(e.type) ? e.closest("div, label") : e;
            const box = pressed.getBoundingClientRect();
            return [Math.round(Math.min(box.width, box.height) * 10) / 10,
                    e.outerHTML.slice(0, 120)];
        });
}"""


@pytest.fixture(params=["nb", pytest.param("en", marks=in_every_look)])
def language(request, shop):
    """Norwegian words are longer and break in other places."""
    if request.param != "en":
        request.getfixturevalue("translated")
    shop.aksel.user.language = request.param
    shop.aksel.user.save()


def test_no_text_is_cut_off_narrow_wide_large_or_spaced(shop, language, open_page):
    page = open_page(user=shop.aksel.user)
    found = {}
    for name, path in sample(pages(shop) | pages_on_the_way(shop)).items():
        page.set_viewport_size({"width": 1920, "height": 1080})
        page.goto(path)
        found[name, "1920"] = page.evaluate(CUT_OFF)
        page.set_viewport_size({"width": 320, "height": 640})
        found[name, "320"] = page.evaluate(CUT_OFF)
        page.evaluate(SPACED)
        found[name, "320 spaced"] = page.evaluate(CUT_OFF)
        page.set_viewport_size(PHONE)
        page.evaluate("document.adoptedStyleSheets = []")
        page.evaluate(LARGE)
        found[name, "390 large"] = page.evaluate(CUT_OFF)
    assert {where: what for where, what in found.items() if what} == {}


@pytest.mark.parametrize("view", ["ordinary", "simple"])
def test_large_and_spaced_text_at_once_stays_within_a_narrow_window(
    shop, language, open_page, view
):
    shop.aksel.user.preferences = {"view": view}
    shop.aksel.user.save()
    page = open_page(user=shop.aksel.user)
    found = {}
    for name, path in sample(pages(shop) | pages_on_the_way(shop)).items():
        page.goto(path)
        page.evaluate(LARGE)
        page.set_viewport_size({"width": 320, "height": 640})
        found[name, "320 large"] = page.evaluate(CUT_OFF)
        page.evaluate(SPACED)
        found[name, "320 large and spaced"] = page.evaluate(CUT_OFF)
        page.set_viewport_size(PHONE)
        found[name, "390 large and spaced"] = page.evaluate(CUT_OFF)
    assert {where: what for where, what in found.items() if what} == {}


@pytest.mark.parametrize("view", ["ordinary", "simple"])
def test_names_without_a_space_stay_inside_a_narrow_window(shop, language, open_page, view):
    """Refusals included, which nobody meets by links (test_long_names.py follows those)."""
    user = shop.aksel.user
    user.preferences = {"view": view}
    user.given_name = user.family_name = UNBROKEN
    user.email = f"{UNBROKEN}@{UNBROKEN}.no"
    user.save()
    Recipient.objects.update(given_name=UNBROKEN, family_name=UNBROKEN)
    for model in (Department, Service):
        model.objects.update(name=unbroken("name"))
    page = open_page(user=user, viewport={"width": 320, "height": 640})
    found = {}
    for name, path in sample(pages(shop) | pages_on_the_way(shop)).items():
        page.goto(path)
        found[name, "ordinary"] = page.evaluate(OUTSIDE)
        page.evaluate(LARGE)
        found[name, "large"] = page.evaluate(OUTSIDE)
    assert {where: what for where, what in found.items() if what} == {}


@pytest.mark.parametrize("viewport", [PHONE, WIDE], ids=["phone", "wide"])
def test_what_recipients_press_is_large_enough(shop, mandate, open_page, figure, viewport):
    """For the recipient and for the guardian."""
    page = open_page(user=shop.aksel.user, viewport=viewport)
    targets = []
    for path in sample(pages(shop) | pages_on_the_way(shop)).values():
        page.goto(path)
        targets += page.evaluate(TARGETS)
    page = open_page("/persons/", user=mandate.holder, viewport=viewport)
    targets += page.evaluate(TARGETS)
    page.get_by_role("main").get_by_role("button", name="Aksel Lund").click()
    for path in sample(pages_for_whoever_acts(shop)).values():
        assert page.goto(path).status == 200, path
        targets += page.evaluate(TARGETS)
    figure(
        f"Smallest thing a recipient presses at {viewport['width']}, px",
        min(size for size, _ in targets),
    )
    small = {
        re.sub("[0-9a-f-]{36}", "…", html) for size, html in targets if size < SMALLEST_TARGET
    }
    assert sorted(small) == []


def test_the_next_thing_is_few_stops_away_for_a_switch(shop, open_page, figure):
    """A switch user passes every focusable element: the choice comes before the rest."""
    page = open_page(user=shop.aksel.user)
    first = {"calendar": ".service", "times": ".time.free", "check": "button.go"}
    stops = {}
    for name, choice in first.items():
        page.goto(pages(shop)[name])
        stops[name] = page.evaluate(
            """(choice) => [...document.querySelectorAll(
                "main :is(a[href], button, input:not([type=hidden]), textarea, select)")]
                .filter((e) => e.checkVisibility())
                .findIndex((e) => e.matches(choice))""",
            choice,
        )
    figure("Stops in the main content before the first choice", stops)
    assert max(stops.values()) <= 6


@in_every_look
@pytest.mark.parametrize("look", LOOKS, ids=lambda look: "-".join(map(str, look.values())))
def test_nothing_is_wrong_in_any_way_of_looking(shop, open_page, faults_of, look):
    page = open_page(user=shop.aksel.user, **look)
    faults = {}
    for name, path in pages(shop).items():
        page.goto(path)
        faults[name] = faults_of(page)
    assert {name: found for name, found in faults.items() if found} == {}
