"""Every page a recipient meets, looked at by both engines and kept as pictures."""

import datetime as dt

from django.urls import reverse

from booking import actions
from tests.browser.conftest import PHONE
from tests.browser.recipient.conftest import TODAY
from tests.factories import local

NARROWEST = {"width": 320, "height": 640}


def pages(shop):
    day = TODAY + dt.timedelta(days=2)
    return {
        "calendar": reverse("booking:calendar") + f"?service={shop.shower.pk}",
        "times": reverse("booking:times", args=[shop.shower.pk, day]),
        "check": f"/book/{shop.shower.pk}/{day}/18.00/",
        "visit": reverse("booking:visit", args=[shop.next_visit.pk]),
        "visits": reverse("booking:visits"),
        "week": reverse("booking:week") + f"?service={shop.shower.pk}",
        "move": reverse("booking:move", args=[shop.next_visit.pk]),
        "move_times": reverse("booking:move_times", args=[shop.next_visit.pk, day]),
        "move_check": f"/bookings/{shop.next_visit.pk}/move/{day}/18.00/",
        "repeat": reverse("booking:repeat", args=[shop.next_visit.pk]),
        "all_series": reverse("booking:all_series"),
        "wishes": reverse("booking:wishes"),
        "profile": reverse("accounts:me"),
        "email": reverse("accounts:email"),
        "phone": reverse("accounts:phone"),
        "cancel": reverse("booking:cancel", args=[shop.next_visit.pk]),
        "taken": f"/book/{shop.shower.pk}/{day}/09.00/",
        "overlaps_own": f"/book/{shop.shower.pk}/{day}/13.00/",
        "over_quota": f"/book/{shop.cleaning.pk}/{day}/18.00/",
        "too_late": f"/book/{shop.shower.pk}/{TODAY}/10.00/",
        "outside_horizon": f"/book/{shop.shower.pk}/{day + dt.timedelta(days=30)}/10.00/",
        "help": reverse("booking:help"),
        "privacy": reverse("booking:privacy"),
        "accessibility": reverse("booking:accessibility"),
    }


def test_nothing_is_wrong_with_any_page_on_a_phone_in_the_dark(shop, open_page, faults_of, shot):
    page = open_page(user=shop.aksel.user, viewport=PHONE, color_scheme="dark")
    faults = {}
    for name, path in pages(shop).items():
        assert page.goto(path).status == 200, path
        faults[name] = faults_of(page)
        shot(page, f"recipient-{name}-phone-dark")
    assert {name: found for name, found in faults.items() if found} == {}


def test_no_page_scrolls_sideways_on_the_narrowest_screen(shop, open_page):
    page = open_page(user=shop.aksel.user, viewport=NARROWEST)
    for path in pages(shop).values():
        page.goto(path)
        assert not page.evaluate("document.documentElement.scrollWidth > innerWidth"), path


def test_own_free_and_busy_keep_their_forms_in_forced_colours(shop, open_page, faults_of, shot):
    page = open_page(user=shop.aksel.user, forced_colors="active")
    page.goto(pages(shop)["times"])
    shot(page, "recipient-times-forced")
    assert faults_of(page) == []
    looks = {
        kind: page.locator(f".time.{kind}").first.evaluate(
            "e => [getComputedStyle(e).borderStyle, getComputedStyle(e).backgroundColor].join()"
        )
        for kind in ("free", "busy", "mine")
    }
    assert len(set(looks.values())) == 3


def test_nothing_is_wrong_with_the_rarer_pages_either(shop, clock, open_page, faults_of, shot):
    """One state after another, each as it would come about."""
    page = open_page(user=shop.aksel.user, viewport=PHONE)
    visit = reverse("booking:visit", args=[shop.next_visit.pk])
    calendar = reverse("booking:calendar")

    def is_faultless(path, name, words):
        page.goto(path)
        assert words in page.locator("main").inner_text()
        shot(page, f"recipient-{name}-phone-light")
        assert faults_of(page) == []

    shop.aksel.grants.filter(service=shop.shopping).update(amount=1)
    used_up = f"{calendar}?service={shop.shopping.pk}"
    is_faultless(used_up, "used_up", "You have used 1 of 1 this week.")
    clock.move_to(local(TODAY + dt.timedelta(days=1), 9))
    is_faultless(f"{visit}move/", "too_late_to_move", "It is too late to move")
    is_faultless(f"{visit}cancel/", "too_late_to_cancel", "It is too late to cancel")
    clock.move_to(local(TODAY, 10))
    actions.cancel(booking=shop.next_visit, by=shop.aksel.user)
    is_faultless(visit, "cancelled", "The visit is cancelled")
    is_faultless(reverse("booking:visits"), "history", "Cancelled by you")
    shop.department.is_open = False
    shop.department.save()
    is_faultless(calendar, "not_open", "You can't book")
    shop.aksel.grants.all().delete()
    is_faultless(calendar, "no_grant", "You have no service to book yet")


def test_nothing_is_wrong_with_visits_that_repeat_and_days_one_waits_for(
    shop, open_page, faults_of, shot
):
    """Booked, missed with other times, to come, skipped and ended; and a wish."""
    page = open_page(user=shop.aksel.user, viewport=PHONE)

    def is_faultless(name, words):
        assert words in page.locator("main").inner_text()
        shot(page, f"recipient-{name}-phone-light")
        assert faults_of(page) == []

    for _ in range(2):
        shop.somebody_books(8, 10)
    page.goto(f"/bookings/{shop.next_visit.pk}/repeat/")
    page.get_by_role("button", name="Repeat every Wednesday").click()
    is_faultless("series", "Not booked.")
    page.get_by_role("button", name="Skip Wednesday 9 December").click()
    is_faultless("series-skipped", "Skipped.")
    page.get_by_role("link", name="End it").click()
    is_faultless("end_series", "book nothing more")
    page.get_by_role("button", name="End it").click()
    page.goto(f"/book/{shop.shower.pk}/{TODAY + dt.timedelta(days=3)}/")
    page.get_by_role("button", name="Tell me if a time opens").click()
    is_faultless("wishes", "Whoever books first gets it.")
