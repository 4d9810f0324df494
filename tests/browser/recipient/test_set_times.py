"""Medicine can't be booked, moved or cancelled by the person, in either view: they tell staff."""

import datetime as dt
import uuid

from playwright.sync_api import expect

from booking import actions
from tests import factories
from tests.browser.conftest import PHONE
from tests.browser.recipient.conftest import TODAY
from tests.factories import local


def test_medicine_is_staffs_to_plan_and_the_person_tells_them(shop, open_page):
    medicine = factories.ServiceFactory(department=shop.department, name="Medicine", minutes=15)
    factories.GrantFactory(recipient=shop.aksel, service=medicine, kind_of_time="set")
    visit = actions.book(
        key=uuid.uuid4(),
        recipient=shop.aksel,
        service=medicine,
        starts_at=local(TODAY + dt.timedelta(days=1), 9).astimezone(dt.UTC),
        by=factories.UserFactory(),
        as_staff=True,
    )
    page = open_page("/", user=shop.aksel.user, viewport=PHONE)

    expect(page.get_by_text("The municipality sets this time")).to_be_visible()
    page.get_by_role("link", name="Medicine").first.click()
    expect(page.get_by_text("The municipality sets the times for medicine")).to_be_visible()
    page.get_by_role("link", name="My visits").first.click()
    line = page.get_by_role("listitem").filter(has_text="Medicine")
    expect(line.get_by_role("link", name="Move")).to_have_count(0)
    line.get_by_role("button", name="I can't then").click()
    expect(page.get_by_text("We have got it.")).to_be_visible()
    expect(page.get_by_role("link", name="Cancel")).to_have_count(0)

    page.get_by_role("button", name="Simple view").first.click()
    page.goto(page.url.partition("/bookings/")[0] + f"/bookings/{visit.pk}/")
    expect(page.get_by_text("You have told us.")).to_be_visible()
    expect(page.get_by_role("link", name="Cancel")).to_have_count(0)
    visit.refresh_from_db()
    assert visit.status == "booked"
