"""Complete tasks of a recipient, each in three ways (see ``ways``), and the keyboard focus."""

import datetime as dt

from playwright.sync_api import expect

from booking.models import BookingSeries, SlotWish
from tests.browser import presses
from tests.browser.conftest import PHONE
from tests.browser.recipient.conftest import TODAY
from tests.browser.recipient.test_pages import pages
from tests.browser.recipient.ways import FOCUS_SHOWS, ByKeyboard
from tests.browser.sampling import sample
from tests.factories import local

THURSDAY = TODAY + dt.timedelta(days=2)
FRIDAY = TODAY + dt.timedelta(days=3)  # every time is taken


def test_booking_a_time(shop, way):
    """J1."""
    way.open("/calendar/", user=shop.aksel.user)
    way.choose("Shower", then="Free days for shower")
    way.choose("Thursday 26 November", then="Thursday 26 November")
    way.choose("18:00", then="Is this right?")
    way.write("Note to the person who comes", "Ring twice.")
    way.choose("Book", then="The time is booked")
    way.sees("Ring twice.")
    assert shop.aksel.bookings.get(service=shop.shower).starts_at == local(THURSDAY, 18)


def test_the_first_screen_of_a_phone_books_the_soonest_time(shop, open_page, measured, counted):
    page = open_page("/calendar/", user=shop.aksel.user, viewport=PHONE)
    for goal, part, side in (
        (presses.RECIPIENT_HEADER, "header", "height"),
        (presses.FIRST_FREE_DAY, "a.day", "y"),
        (presses.FOOTER, "footer", "height"),
    ):
        measured(goal, page.locator(part).first.bounding_box()[side])
    with counted(presses.SOONEST) as count:
        count.press(page.locator(".soonest a").first)
        count.press(page.get_by_role("button", name="Book", exact=True))
        expect(page.get_by_role("heading", name="The time is booked")).to_be_visible()
    assert shop.aksel.bookings.get(service=shop.shopping, starts_at__lt=local(THURSDAY, 0))


def test_moving_a_visit(shop, way, figure):
    """J2: one step; the balance is unchanged."""
    way.open(f"/bookings/{shop.next_visit.pk}/", user=shop.aksel.user)
    way.choose("Move the visit", then="Which day suits you better?")
    way.choose("Thursday 26 November", then="Thursday 26 November")
    way.choose("18:00", then="Is this right?")
    way.choose("Move", then="The visit is moved")
    visit = shop.aksel.bookings.get(service=shop.cleaning)
    assert (visit.pk, visit.starts_at) == (shop.next_visit.pk, local(THURSDAY, 18))
    if isinstance(way, ByKeyboard):
        figure("Key presses from a visit to its proof of moving", way.presses)


def test_booking_in_the_simple_view_and_undoing(simple, way, measured):
    """J3: one question on each page, and undo."""
    way.open("/calendar/", user=simple.aksel.user)
    way.choose("Shower", then="Which day?")
    way.choose("Thursday", then="Thursday: which time?")
    way.choose("in the evening", then="Is this right?")
    way.choose("Yes, book the visit", then="You have booked shower")
    if isinstance(way, ByKeyboard):
        measured(presses.SIMPLE_VIEW, presses=way.presses)
    visit = simple.aksel.bookings.get(service=simple.shower)
    assert visit.starts_at >= local(THURSDAY, 17)
    way.choose("Cancel the visit", then="Cancel this visit?")
    way.choose("Yes, cancel the visit", then="The visit is cancelled")
    way.choose("Undo", then="You have booked shower")
    visit.refresh_from_db()
    assert visit.status == "cancelled"
    again = simple.aksel.bookings.get(service=simple.shower, status="booked")
    assert again.starts_at == visit.starts_at


def test_somebody_was_faster(shop, way):
    """J4: three other times, no name, and the note is kept."""
    way.open(f"/book/{shop.shower.pk}/{THURSDAY}/18.00/", user=shop.aksel.user)
    way.write("Note to the person who comes", "Ring twice.")
    shop.somebody_books(2, 18)
    way.choose("Book", then="The time is not free any longer")
    way.sees("“Ring twice.”")
    assert "Hemmelig" not in way.page.content()
    others = way.page.locator(".pick b")
    expect(others).to_have_count(3)
    way.choose(others.first.inner_text(), then="The time is booked")
    way.sees("Ring twice.")
    assert shop.aksel.bookings.filter(service=shop.shower).count() == 1


def test_what_is_typed_stays_when_the_language_is_chosen(shop, open_page):
    check = f"/book/{shop.shower.pk}/{THURSDAY}/18.00/"
    page = open_page(check, user=shop.aksel.user)
    page.get_by_label("Note to the person who comes").fill("Ring twice.")
    page.get_by_role("button", name="Nynorsk").first.click()
    expect(page.locator("html")).to_have_attribute("lang", "nn")
    expect(page.locator("textarea[name=note]")).to_have_value("Ring twice.")
    page.reload()
    expect(page.locator("textarea[name=note]")).to_have_value("")


def test_cancelling_and_undoing_and_the_same_again_next_week(shop, way):
    way.open(f"/bookings/{shop.next_visit.pk}/", user=shop.aksel.user)
    way.choose("Cancel the visit", then="Cancel this visit?")
    way.choose("Cancel the visit", then="The visit is cancelled")
    way.choose("Undo: book it again", then="The visit is booked again")
    way.choose("Book the same next week", then="Is this right?")
    way.choose("Book", then="The time is booked")
    booked = shop.aksel.bookings.filter(service=shop.cleaning, status="booked")
    week = dt.timedelta(days=7)
    assert [visit.starts_at for visit in booked.order_by("starts_at")] == [
        shop.next_visit.starts_at,
        shop.next_visit.starts_at + week,
    ]


def test_a_visit_that_repeats(shop, way):
    """A missed date is shown at once, one is skipped, and the series ends."""
    for _ in range(2):
        shop.somebody_books(8, 10)
    way.open(f"/bookings/{shop.next_visit.pk}/", user=shop.aksel.user)
    way.choose("Repeat every Wednesday", then="Every Wednesday at 10:00?")
    way.choose("Repeat every Wednesday", then="Every Wednesday at 10:00")
    way.sees("Not booked.")
    way.sees("The nearest free times:")
    way.press("Skip Wednesday 9 December")
    way.sees("Wednesday 9 December is skipped.")
    way.choose("End it", then="End “every Wednesday at 10:00”?")
    way.choose("End it", then="My visits")
    assert BookingSeries.objects.get().ended_at


def test_waiting_for_a_time_on_a_full_day(shop, way):
    way.open(f"/book/{shop.shower.pk}/{FRIDAY}/", user=shop.aksel.user)
    way.choose("Tell me if a time opens", then="Days you want a time on")
    way.sees("Whoever books first gets it.")
    assert SlotWish.objects.get().date == FRIDAY
    way.press("Remove")
    way.sees("You have not asked about any day.")


def test_repeating_and_waiting_in_the_simple_view(simple, way):
    for _ in range(2):
        simple.somebody_books(8, 10)
    way.open(f"/bookings/{simple.next_visit.pk}/", user=simple.aksel.user)
    way.choose("Every Wednesday", then="Every Wednesday at 10:00?")
    way.choose("Yes, every week", then="Every Wednesday at 10:00")
    way.choose("Choose another time", then="Wednesday 2 December: which time instead?")
    way.choose("Leave this day out", then="Every Wednesday at 10:00")
    way.choose("Wednesday 9 December", then="Skip Wednesday 9 December?")
    way.choose("Yes, skip it", then="Every Wednesday at 10:00")
    way.sees("Wednesday 9 December is skipped.")
    way.choose("End it", then="End “every Wednesday at 10:00”?")
    way.choose("Yes, end it", then="My visits")
    assert BookingSeries.objects.get().ended_at

    way.page.goto(f"/book/{simple.shower.pk}/{FRIDAY}/")
    way.choose("Tell me", then="Days you want a time on")
    way.choose("Friday", then="Stop waiting for Friday 27 November?")
    way.choose("Yes, stop waiting", then="Days you want a time on")
    assert not SlotWish.objects.exists()


def test_the_back_button_after_booking_books_nothing_more(shop, open_page):
    page = open_page(f"/book/{shop.shower.pk}/{THURSDAY}/18.00/", user=shop.aksel.user)
    page.get_by_role("button", name="Book").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("The time is booked")
    proof = page.url
    page.go_back()
    button = page.get_by_role("button", name="Book", exact=True)
    if button.count():  # kept by the browser: the same form once more
        button.click()
        assert page.url == proof
    else:  # asked for again: the visit itself is shown
        expect(page.get_by_role("heading", level=1)).to_contain_text("at 18:00")
    assert shop.aksel.bookings.filter(service=shop.shower).count() == 1


def test_the_shortest_way_with_a_keyboard(shop, open_page, figure):
    """Each step moves the focus to its question, past the header; day parts are links."""
    way = ByKeyboard(open_page)
    way.open("/calendar/", user=shop.aksel.user)
    way.press("Skip to the content")
    way.choose("Shower", then="Free days for shower")
    way.choose("Thursday 26 November", then="Thursday 26 November")
    assert way.page.evaluate("scrollY") == 0
    way.press("Evening")
    way.choose("18:00", then="Is this right?")
    assert way.page.evaluate("scrollY") == 0
    way.choose("Book", then="The time is booked")
    assert shop.aksel.bookings.filter(service=shop.shower).count() == 1
    figure("Key presses from landing to proof", way.presses)
    assert way.presses <= 24  # 25 are allowed; the three soonest times are passed


def test_the_focus_shows_at_every_stop_of_every_page(shop, open_page):
    """On a small screen, where a sticky element could hide it."""
    page = open_page(user=shop.aksel.user, viewport={"width": 390, "height": 500})
    hidden = {}
    for name, path in sample(pages(shop)).items():
        page.goto(path)
        for _ in range(80):
            page.keyboard.press("Tab")
            is_over, shows = page.evaluate(
                f"[document.activeElement === document.body, ({FOCUS_SHOWS})()]"
            )
            if is_over:
                break
            if not shows:
                hidden[name] = page.evaluate("document.activeElement.outerHTML.slice(0, 120)")
    assert hidden == {}


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

    assert a_minute_goes().status == 304  # the ETag of the page itself
    thursday = page.get_by_role("link", name="Thursday 26 November").first
    free = thursday.inner_text()

    for hour in (11, 18, 19):
        shop.somebody_books(2, hour)
    assert a_minute_goes().status == 200
    expect(thursday).not_to_have_text(free, use_inner_text=True)
    assert a_minute_goes().status == 304  # the new ETag
    assert "Saturday 28 November" in page.evaluate("document.activeElement.innerText").replace(
        "\N{NO-BREAK SPACE}", " "
    )
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
