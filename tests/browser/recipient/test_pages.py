"""Every page of a recipient, checked in both browser engines, with screenshots."""

import datetime as dt
import uuid

from django.db import transaction
from django.urls import URLPattern, resolve, reverse

import accounts.urls
import booking.urls
from accounts import actions as accounts_actions
from accounts.models import Message
from booking import actions
from booking.actions import wishes
from departments.queries.staff import EMPLOYMENT
from tests import factories
from tests.browser.conftest import PHONE
from tests.browser.recipient.conftest import TODAY
from tests.browser.sampling import sample
from tests.factories import local

NARROWEST = {"width": 320, "height": 640}

# A person's own choices: the same templates in both views.
CHOICES = {
    "profile": "/me/",
    "settings": "/settings/",
    "messages": "/settings/messages/",
    "email": "/settings/email/",
    "contact_email": "/settings/contact-email/",
    "phone": "/settings/phone/",
    "keys": "/settings/keys/",
    "feeds": "/settings/calendar/",
    "log_in_again": "/settings/log-in-again/",
    "mandates": "/mandates/",
    "looks": "/looks/",
    "changes": "/looks/changes/",
    "set_password": "/accounts/password/set/",
}
# Pages that need more than a URL: a form whose session ended, a mandate (test_acting_for.py),
# a coordinator (test_administration_pages.py).
ELSEWHERE = {"accounts:unsent", "booking:persons", "booking:guardians"}
FILES = {"booking:visit_file", "booking:feed"}


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
        "own_grants": reverse("booking:own_grants"),
        "plans": reverse("booking:plans"),
        "wishes": reverse("booking:wishes"),
        "pause": reverse("booking:pause"),
        "cancel": reverse("booking:cancel", args=[shop.next_visit.pk]),
        "note": reverse("booking:note", args=[shop.next_visit.pk]),
        "taken": f"/book/{shop.shower.pk}/{day}/09.00/",
        "overlaps_own": f"/book/{shop.shower.pk}/{day}/13.00/",
        "over_quota": f"/book/{shop.cleaning.pk}/{day}/18.00/",
        "too_late": f"/book/{shop.shower.pk}/{TODAY}/10.00/",
        "outside_horizon": f"/book/{shop.shower.pk}/{day + dt.timedelta(days=30)}/10.00/",
        "help": reverse("booking:help"),
        "privacy": reverse("booking:privacy"),
        "accessibility": reverse("booking:accessibility"),
        **CHOICES,
    }


def pages_on_the_way(shop):
    """Pages that exist after a form was sent: a series with dates in every state, a wish, and
    codes to type in."""
    for _ in range(2):
        shop.somebody_books(8, 10)
    by = shop.aksel.user
    series = actions.repeat(key=uuid.uuid4(), like=shop.next_visit, by=by)
    actions.skip(series=series, date=TODAY + dt.timedelta(days=22), by=series.by)
    full_day = TODAY + dt.timedelta(days=3)
    wishes.wish(recipient=shop.aksel, service=shop.shower, date=full_day, by=by)
    for channel, address in (("email", "aksel.ny@example.test"), ("sms", "900 00 100")):
        accounts_actions.request_change(channel=Message.Channel(channel), address=address, by=by)
    accounts_actions.request_change(
        channel=Message.Channel.EMAIL, address="shared@example.test", is_contact=True, by=by
    )
    employee = factories.EmployeeFactory(department__name="Home care South", person__email=None)
    with transaction.atomic():
        invitation = accounts_actions.invite(
            kind=EMPLOYMENT, address=str(by.email), target_id=employee.pk, by=None
        )
    return {
        "invitations": reverse("accounts:invitations"),
        "invitation": reverse("accounts:invitation", args=[invitation.token]),
        "invitation_letter": reverse("accounts:invitation_letter"),
        "invitation_letter_sent": reverse("accounts:invitation_letter_sent"),
        "series": reverse("booking:series", args=[series.pk]),
        "all_series_one": reverse("booking:all_series"),
        "end_series": reverse("booking:end_series", args=[series.pk]),
        "wishes_one": reverse("booking:wishes"),
        "visits_and_more": reverse("booking:visits"),
        "email_code": reverse("accounts:email_code"),
        "contact_email_code": reverse("accounts:contact_email_code"),
        "phone_code": reverse("accounts:phone_code"),
    }


def pages_for_whoever_acts(shop):
    """All but the pages that only the recipient may use."""
    return {name: path for name, path in pages(shop).items() if name not in CHOICES}


def test_every_address_of_a_recipient_is_among_the_pages(shop, client):
    """The other URLs only accept POST."""
    client.force_login(shop.aksel.user)
    paths = [*pages(shop).values(), *pages_on_the_way(shop).values()]
    covered = {resolve(path.partition("?")[0]).view_name for path in paths}
    for urls in (accounts.urls, booking.urls):
        for pattern in urls.urlpatterns:
            is_page = isinstance(pattern, URLPattern)
            if not is_page or str(pattern.pattern).startswith("departments/"):
                continue  # for staff
            name = f"{urls.app_name}:{pattern.name}"
            if name not in covered | ELSEWHERE | FILES:
                keys = dict.fromkeys(pattern.pattern.converters, uuid.uuid4())
                assert client.get(reverse(name, kwargs=keys)).status_code == 405, name


def test_nothing_is_wrong_with_any_page_on_a_phone_in_the_dark(shop, open_page, faults_of, shot):
    page = open_page(user=shop.aksel.user, viewport=PHONE, color_scheme="dark")
    faults = {}
    for name, path in sample(pages(shop) | pages_on_the_way(shop), one_of=2).items():
        assert page.goto(path).status == 200, path
        faults[name] = faults_of(page)
        shot(page, f"recipient-{name}-phone-dark")
    assert {name: found for name, found in faults.items() if found} == {}


def test_no_page_scrolls_sideways_on_the_narrowest_screen(shop, open_page):
    page = open_page(user=shop.aksel.user, viewport=NARROWEST)
    for path in sample(pages(shop) | pages_on_the_way(shop)).values():
        page.goto(path)
        assert not page.evaluate("document.documentElement.scrollWidth > innerWidth"), path


def test_paper_has_the_visits_and_neither_free_times_nor_bare_headings(shop, open_page, shot):
    page = open_page(pages(shop)["week"], user=shop.aksel.user)
    assert page.locator(".run.free").count()
    page.emulate_media(media="print")
    assert page.locator(".run.mine").first.is_visible()
    assert not page.locator(".week-grid .hours").is_visible(), "a list on a wide sheet too"
    assert not any(run.is_visible() for run in page.locator(".run:not(.mine)").all())
    shot(page, "recipient-week-printed")

    page.goto(pages(shop)["visit"])
    assert page.locator("h1").is_visible()
    assert not page.get_by_role("heading", name="Do more with the visit").is_visible()


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
    """One state after another, each made as it arises in use."""
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
