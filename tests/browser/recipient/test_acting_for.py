"""J5: a guardian books for a ward; and a session that ends meanwhile, with and without
JavaScript."""

import datetime as dt
import uuid

import pytest
from django.core.cache import cache
from django.urls import reverse
from playwright.sync_api import expect

from accounts.models import AccessLogEntry, UserSession
from booking import actions
from tests import factories
from tests.browser.conftest import PHONE
from tests.browser.recipient.conftest import TODAY
from tests.browser.recipient.test_pages import pages_for_whoever_acts
from tests.browser.sampling import sample
from tests.factories import local

THURSDAY = TODAY + dt.timedelta(days=2)


def test_a_guardian_books_until_the_mandate_ends(shop, mandate, way):
    way.open("/", user=mandate.holder)
    way.choose("Aksel Lund", then="Visits for Aksel Lund")
    way.sees("You are acting for Aksel Lund")
    way.choose("Shower", then="Free days for shower")
    way.choose("Thursday 26 November", then="Thursday 26 November")
    way.choose("18:00", then="Is this right?")
    way.sees("You are acting for Aksel Lund")
    way.choose("Book", then="The time is booked")

    visit = shop.aksel.bookings.get(service=shop.shower)
    event = visit.events.get()
    assert (visit.starts_at, event.by, event.via) == (
        local(THURSDAY, 18),
        mandate.holder,
        "helper",
    )
    assert AccessLogEntry.objects.filter(
        actor=mandate.holder, subject_id=shop.aksel.pk, what="booking:book"
    ).exists()

    actions.end_mandate(mandate=mandate, by=shop.aksel.user)
    way.choose("Cancel the visit", then="You can't act for this person any more")
    visit.refresh_from_db()
    assert visit.status == "booked"


@pytest.mark.parametrize("with_javascript", [True, False])
def test_a_session_that_ends_before_the_press_loses_nothing(
    shop, settings, open_page, with_javascript
):
    shop.aksel.user.set_password("three calm words")
    shop.aksel.user.save()
    page = open_page(
        f"/book/{shop.shower.pk}/{THURSDAY}/18.00/",
        user=shop.aksel.user,
        java_script_enabled=with_javascript,
    )
    page.get_by_label("Note to the person who comes").fill("Ring twice.")
    key = page.locator("input[name=key]").get_attribute("value")
    UserSession.objects.all().delete()
    cache.clear()

    page.get_by_role("button", name="Book", exact=True).click()

    assert "Ring" not in page.url
    assert str(shop.aksel.pk) not in page.url
    page.goto(page.url + "&way=password")
    page.locator("input[type=email]").last.fill(shop.aksel.user.email)
    page.locator("input[type=password]").fill("three calm words")
    page.locator("input[type=password]").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Is this right?")
    expect(page.get_by_label("Note to the person who comes")).to_have_value("Ring twice.")
    page.get_by_role("button", name="Book", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("The time is booked")
    assert str(shop.aksel.bookings.get(service=shop.shower).pk) == key


def test_nothing_is_wrong_with_the_pages_of_helpers(shop, mandate, open_page, faults_of, shot):
    page = open_page(user=shop.aksel.user, viewport=PHONE)
    faults = {}
    for name in ("mandates", "looks", "accessibility", "help"):
        page.goto(reverse(f"booking:{name}"))
        faults[name] = faults_of(page)
        shot(page, f"recipient-{name}-phone-light")
    page = open_page("/", user=mandate.holder, viewport=PHONE, color_scheme="dark")
    faults["persons"] = faults_of(page)
    page.get_by_role("main").get_by_role("button", name="Aksel Lund").click()
    for name, path in sample(pages_for_whoever_acts(shop)).items():
        assert page.goto(path).status == 200, path
        expect(page.get_by_text("You are acting for Aksel Lund").first).to_be_visible()
        faults[f"acting {name}"] = faults_of(page)
        shot(page, f"recipient-acting-{name}-phone-dark")
    assert {name: found for name, found in faults.items() if found} == {}


def test_a_pause_by_a_guardian_leaves_medicine_standing(shop, mandate, open_page):
    """And its end; without JavaScript."""
    medicine = factories.ServiceFactory(department=shop.department, name="Medicine", minutes=30)
    factories.GrantFactory(recipient=shop.aksel, service=medicine, kind_of_time="set")
    planned = actions.book(
        key=uuid.uuid4(),
        recipient=shop.aksel,
        service=medicine,
        starts_at=local(THURSDAY, 8),
        by=factories.UserFactory(),
        reason="Planned",
        as_staff=True,
    )
    page = open_page("/", user=mandate.holder, java_script_enabled=False, viewport=PHONE)
    page.get_by_role("button", name="Aksel Lund").first.click()
    page.goto(page.url.partition("/calendar")[0] + "/pause/")
    hits = page.get_by_role("region", name="What happens from")
    expect(hits).to_contain_text("2 visits are cancelled.")
    expect(hits).to_contain_text("stand until we have answered")
    expect(hits.get_by_role("listitem").last).to_contain_text("Medicine")

    page.get_by_role("button", name="Pause the help").click()

    expect(page.get_by_text("The help is paused. 2 visits are cancelled.")).to_be_visible()
    assert list(shop.aksel.bookings.confirmed()) == [planned]
    page.goto(page.url.replace("/pause/", "/calendar/"))
    expect(page.get_by_text("The help is paused from").first).to_be_visible()
    page.get_by_role("link", name="Home again").first.click()
    page.get_by_role("button", name="Home again").click()

    expect(page.get_by_text("The pause is ended.")).to_be_visible()
    expect(page.get_by_text("These have not come back: Cleaning")).to_be_visible()
    assert list(shop.aksel.bookings.confirmed()) == [planned]
