"""Booking as people do it: without JavaScript, and with a keyboard or a switch alone."""

import datetime as dt

from playwright.sync_api import expect

from tests.browser.conftest import PHONE
from tests.browser.recipient.conftest import TODAY
from tests.factories import local

# The focus has an outline, and its middle is not hidden behind something else (WCAG 2.4.11).
FOCUS_SHOWS = """() => {
    const focused = document.activeElement;
    const box = focused.getBoundingClientRect();
    const above = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
    const style = getComputedStyle(focused);
    return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2
        && (focused.contains(above) || above?.contains(focused));
}"""
THURSDAY = TODAY + dt.timedelta(days=2)


def test_booking_moving_and_cancelling_without_javascript(shop, open_page):
    page = open_page("/calendar/", user=shop.aksel.user, java_script_enabled=False)
    page.get_by_role("link", name="Shower").click()
    page.get_by_role("link", name="Thursday 26 November").first.click()
    page.get_by_role("link", name="18:00").click()
    page.get_by_label("Note to the person who comes").fill("Ring twice.")
    page.get_by_role("button", name="Book").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("The time is booked")
    expect(page.get_by_text("Ring twice.")).to_be_visible()
    visit = shop.aksel.bookings.get(service=shop.shower)
    assert visit.starts_at == local(THURSDAY, 18)

    page.get_by_role("link", name="Move the visit").click()
    page.get_by_role("link", name="Saturday 28 November").click()
    page.get_by_role("link", name="10:00").click()
    page.get_by_role("button", name="Move").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("The visit is moved")
    visit.refresh_from_db()
    assert visit.starts_at == local(TODAY + dt.timedelta(days=4), 10)

    page.get_by_role("link", name="Cancel the visit").click()
    page.get_by_role("button", name="Cancel the visit").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("The visit is cancelled")
    expect(page.get_by_role("link", name="Book a new time")).to_be_visible()


def test_somebody_was_faster_without_javascript(shop, open_page):
    page = open_page(
        f"/book/{shop.shower.pk}/{THURSDAY}/18.00/",
        user=shop.aksel.user,
        java_script_enabled=False,
        viewport=PHONE,
    )
    page.get_by_label("Note to the person who comes").fill("Ring twice.")
    shop.somebody_books(2, 18)
    page.get_by_role("button", name="Book").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("The time is not free any longer")
    expect(page.get_by_text("“Ring twice.”")).to_be_visible()
    page.get_by_role("list", name="The nearest free times").get_by_role("button").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("The time is booked")
    expect(page.get_by_text("Ring twice.")).to_be_visible()


def test_the_back_button_after_booking_books_nothing_more(shop, open_page):
    page = open_page(f"/book/{shop.shower.pk}/{THURSDAY}/18.00/", user=shop.aksel.user)
    page.get_by_role("button", name="Book").click()
    proof = page.url
    page.go_back()
    button = page.get_by_role("button", name="Book", exact=True)
    if button.count():  # kept by the browser: the same form once more
        button.click()
        assert page.url == proof
    else:  # asked for again: the visit is there already
        expect(page.get_by_role("heading", level=1)).to_have_text(
            "You already have a visit at that time"
        )
    assert shop.aksel.bookings.filter(service=shop.shower).count() == 1


def test_booking_with_a_keyboard_alone(shop, open_page, figure):
    page = open_page("/calendar/", user=shop.aksel.user)
    presses = 0

    def press(key):
        nonlocal presses
        presses += 1
        page.keyboard.press(key)

    def go_to(words):
        """Tab until the focus stands on something that says this; it shows all the way there."""
        for _ in range(40):
            press("Tab")
            assert page.evaluate(FOCUS_SHOWS), "the focus can't be seen"
            if words in page.evaluate("document.activeElement.innerText"):
                return
        raise AssertionError(f"{words} was not reached")

    go_to("Skip to the content")
    press("Enter")
    go_to("Shower")
    press("Enter")
    page.wait_for_url("**/calendar/?service=*")
    expect(page.locator(".service[aria-current]")).to_contain_text("Shower")
    go_to("Thursday 26 November")
    press("Enter")
    page.wait_for_url("**/book/**")
    go_to("Skip to the content")
    press("Enter")
    go_to("Evening")
    press("Enter")
    go_to("18:00")
    press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Is this right?")
    go_to("Skip to the content")
    press("Enter")
    go_to("Book")
    press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("The time is booked")
    assert shop.aksel.bookings.filter(service=shop.shower).count() == 1
    figure("Key presses from landing to proof", presses)
    assert presses <= 25


def test_the_focus_stays_on_the_service_that_was_chosen(shop, open_page):
    page = open_page("/calendar/", user=shop.aksel.user)
    page.get_by_role("link", name="Shower").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Free days for shower")).to_be_visible()
    assert "Shower" in page.evaluate("document.activeElement.innerText")
    page.go_back()
    expect(page.locator(".service[aria-current]")).to_contain_text("Shopping")


def test_nothing_breaks_the_content_security_policy(shop, open_page):
    page = open_page("/", user=shop.aksel.user)
    said = []
    page.on("console", lambda message: said.append(message.text))
    page.goto("/calendar/")
    page.get_by_role("link", name="Shower").click()
    expect(page.get_by_role("heading", name="Free days for shower")).to_be_visible()
    page.goto("/calendar/week/")
    assert [text for text in said if "Content Security Policy" in text] == []


def test_the_open_calendar_follows_what_happens_and_moves_nothing(shop, open_page):
    page = open_page(user=shop.aksel.user, viewport={"width": 1280, "height": 500})
    page.clock.install()
    page.goto(f"/calendar/?service={shop.shower.pk}")
    day = page.get_by_role("link", name="Saturday 28 November").first
    day.focus()
    before = day.bounding_box()

    def a_minute_goes():
        with page.expect_response(lambda response: "/calendar/" in response.url) as answer:
            page.clock.run_for(60_000)
        return answer.value

    known = a_minute_goes()
    assert a_minute_goes().headers["etag"] == known.headers["etag"]
    thursday = page.get_by_role("link", name="Thursday 26 November").first
    free = thursday.inner_text()

    for hour in (11, 18, 19):
        shop.somebody_books(2, hour)
    fewer = a_minute_goes()
    assert fewer.headers["etag"] != known.headers["etag"]
    expect(thursday).not_to_have_text(free, use_inner_text=True)
    assert "Saturday 28 November" in page.evaluate("document.activeElement.innerText")
    assert day.bounding_box() == before

    page.locator("a.service", has_text="Shopping").click()
    expect(page.get_by_role("heading", name="Free days for shopping")).to_be_visible()
    a_minute_goes()
    expect(page.get_by_role("heading", name="Free days for shopping")).to_be_visible()


def test_a_day_that_fills_up_under_the_focus_keeps_it(shop, open_page):
    page = open_page(user=shop.aksel.user)
    page.clock.install()
    page.goto(f"/calendar/?service={shop.shower.pk}")
    page.get_by_role("link", name="Saturday 28 November").first.focus()
    for hour in range(10, 16):
        shop.somebody_books(4, hour)
    with page.expect_response(lambda response: "/calendar/" in response.url):
        page.clock.run_for(60_000)
    full = page.locator(".day.none", has_text="Saturday 28 November")
    expect(full).to_be_visible()
    expect(full).to_be_focused()
