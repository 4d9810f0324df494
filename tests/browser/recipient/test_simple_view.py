"""The simple view in the browser: by keyboard, without JavaScript, on a phone, read aloud."""

import datetime as dt
import re
import uuid

import pytest
from playwright.sync_api import expect

from booking import actions
from booking.actions import wishes
from tests.browser import presses
from tests.browser.conftest import PHONE, WIDE
from tests.browser.recipient.conftest import TODAY
from tests.browser.recipient.test_pages import CHOICES
from tests.browser.sampling import sample

ALL_SAID = """() => {
    while (document.querySelector(".being-read")) said.at(-1).onend();
    return said.map((one) => one.text);
}"""
THURSDAY = TODAY + dt.timedelta(days=2)
FRIDAY = TODAY + dt.timedelta(days=3)  # every time is taken
NARROWEST = {"width": 320, "height": 640}

# One voice in the browser, and one that sends the text to a remote service.
VOICES = """
  window.said = [];
  const voices = [{lang: "nn-NO", localService: false}, {lang: "nb-NO", localService: true},
                  {lang: "en_GB", localService: %s}];
  Object.defineProperty(window, "speechSynthesis", {value: {
    getVoices: () => voices, cancel() {}, addEventListener() {},
    speak(one) { window.said.push(one); },
  }});
  window.SpeechSynthesisUtterance = function (text) { this.text = text; };
"""


def pages(shop):
    visit = f"/bookings/{shop.next_visit.pk}/"
    return {
        "services": "/calendar/",
        "days": f"/calendar/?service={shop.shower.pk}",
        "times": f"/book/{shop.shower.pk}/{THURSDAY}/",
        "check": f"/book/{shop.shower.pk}/{THURSDAY}/18.00/",
        "visit": visit,
        "visits": "/bookings/",
        "move": f"{visit}move/",
        "note": f"{visit}note/",
        "cancel": f"{visit}cancel/",
        "taken": f"/book/{shop.shower.pk}/{THURSDAY}/09.00/",
        "over_quota": f"/book/{shop.cleaning.pk}/{THURSDAY}/18.00/",
        "week": "/calendar/week/",
        "full_days": f"/calendar/?service={shop.shower.pk}&full=1",
        "full_day": f"/book/{shop.shower.pk}/{FRIDAY}/",
        "repeat": f"{visit}repeat/",
        "no_series": "/repeating/",
        "no_wishes": "/wishes/",
        "help": "/help/",
        "privacy": "/privacy/",
        "accessibility": "/accessibility/",
        **CHOICES,
    }


def pages_of_what_repeats(shop):
    """A series with dates in every state, and a wish."""
    for _ in range(2):
        shop.somebody_books(8, 10)
    series = actions.repeat(key=uuid.uuid4(), like=shop.next_visit, by=shop.aksel.user)
    missed, to_come, skipped = (TODAY + dt.timedelta(days=days) for days in (8, 15, 22))
    actions.skip(series=series, date=skipped, by=series.by)
    wish = wishes.wish(recipient=shop.aksel, service=shop.shower, date=FRIDAY, by=shop.aksel.user)
    path = f"/repeating/{series.pk}/"
    return {
        "all_series": "/repeating/",
        "series": path,
        "series_missed": f"{path}?date={missed}",
        "series_skip": f"{path}?date={to_come}",
        "series_skipped": f"{path}?date={skipped}",
        "end_series": f"{path}end/",
        "wishes": "/wishes/",
        "wish": f"/wishes/?wish={wish.pk}",
        "plans": "/plans/",
        "own_grants": "/grants/",
        "visits_and_more": "/bookings/",
    }


def test_one_goes_between_the_views_without_losing_the_page(simple, open_page, measured):
    visit = f"/bookings/{simple.next_visit.pk}/"
    page = open_page(
        "/calendar/week/", user=simple.aksel.user, viewport=PHONE, java_script_enabled=False
    )
    expect(page.get_by_role("button", name="Print")).to_be_hidden()
    page.goto(visit)
    expect(page.get_by_role("button", name="Read aloud")).to_be_hidden()
    measured(presses.RECIPIENT_HEADER, page.locator("header").bounding_box()["height"])
    page.get_by_role("button", name="Ordinary view").click()
    expect(page.get_by_role("navigation", name="Main menu")).to_be_visible()
    page.get_by_role("button", name="Simple view").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Tomorrow at 10:00")
    assert page.url.endswith(visit)


# What is pressed, without links within a sentence. A radio or a checkbox is pressed with its row.
SMALL = """() => [...document.querySelectorAll("main :is(a, button, input, textarea)")]
    .filter((e) => e.type !== "hidden" && e.checkVisibility() && !e.closest("p"))
    .map((e) => ["radio", "checkbox"].includes(e.type) ? e.parentElement : e)
    .filter((e) => e.getBoundingClientRect().height < 63.9)
    .map((e) => e.outerHTML.slice(0, 120))"""


@pytest.mark.parametrize(
    ("viewport", "color_scheme"), [(PHONE, "dark"), (WIDE, "light")], ids=["phone", "wide"]
)
def test_nothing_is_wrong_with_any_page_and_all_is_large(
    simple, open_page, faults_of, shot, viewport, color_scheme
):
    page = open_page(user=simple.aksel.user, viewport=viewport, color_scheme=color_scheme)
    faults, small = {}, {}

    def look_at(pages):
        for name, path in sample(pages).items():
            assert page.goto(path).status == 200, path
            faults[name] = faults_of(page)
            small[name] = page.evaluate(SMALL)
            shot(page, f"simple-{name}-{viewport['width']}-{color_scheme}")

    look_at(pages(simple))
    look_at(pages_of_what_repeats(simple))
    assert {name: found for name, found in faults.items() if found} == {}
    assert {name: found for name, found in small.items() if found} == {}


def test_no_page_scrolls_sideways_on_the_narrowest_screen(simple, open_page):
    page = open_page(user=simple.aksel.user, viewport=NARROWEST)
    for path in sample(pages(simple) | pages_of_what_repeats(simple)).values():
        page.goto(path)
        assert not page.evaluate("document.documentElement.scrollWidth > innerWidth"), path


def test_a_page_is_read_aloud_in_its_own_language(simple, open_page):
    page = open_page(user=simple.aksel.user)
    page.add_init_script(VOICES % "true")
    page.goto(pages(simple)["days"])
    page.get_by_role("button", name="Read aloud").click()
    assert page.evaluate("said[0].text") == "Question 2 of 4"
    assert page.evaluate("said[0].lang") == "en_GB"
    page.evaluate("said[0].onend()")
    assert page.evaluate("said[1].text") == "Which day?"
    expect(page.locator(".being-read")).to_have_text("Which day?")
    page.get_by_role("button", name="Stop").click()
    expect(page.locator(".being-read")).to_have_count(0)
    page.evaluate("said[1].onend()")
    assert page.evaluate("said.length") == 2

    page.goto(pages(simple)["times"])
    page.get_by_role("button", name="Read aloud").click()
    texts = page.evaluate(ALL_SAID)
    assert "At eleven o’clock, in the morning" in texts
    assert not [text for text in texts if re.search(r"\d:\d\d", text)]


def test_no_voice_that_sends_the_words_elsewhere_is_used(simple, open_page):
    page = open_page(user=simple.aksel.user)
    page.add_init_script(VOICES % "false")
    page.goto(pages(simple)["days"])
    expect(page.get_by_role("button", name="Read aloud")).to_be_hidden()
