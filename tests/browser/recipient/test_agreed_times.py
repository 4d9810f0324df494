"""Agreed times: chosen away and back by Berit, booked at the deadline and moved for Aksel."""

import datetime as dt

from playwright.sync_api import expect

from accounts.models import Message
from booking import actions, tasks
from booking.models import Booking
from tests import factories
from tests.factories import local

THURSDAY, FRIDAY = dt.date(2026, 12, 3), dt.date(2026, 12, 4)


def test_an_agreed_time_is_kept_until_the_choice_or_the_deadline(shop, open_page, clock):
    berit = shop.recipient("Berit", "Holm")
    factories.GrantFactory(recipient=berit, service=shop.shower)
    for recipient, hour in ((shop.aksel, 11), (berit, 12)):
        recipient.grants.filter(service=shop.shower).update(is_essential=True, amount=1)
        grant = recipient.grants.get(service=shop.shower)
        factories.AgreedTimeFactory(grant=grant, weekday=3, time=dt.time(hour))
        actions.keep_for(recipient_id=recipient.pk)
    kept = Booking.objects.get(recipient=berit, starts_at=local(THURSDAY, 12))
    assert kept.status == "kept"

    page = open_page("/bookings/", user=berit.user)
    on_thursday = page.get_by_role("listitem").filter(has_text="Thursday 3 December")
    expect(on_thursday.get_by_text("kept for you until you choose")).to_be_visible()
    expect(on_thursday.get_by_text("before Tuesday 1 December at 12:00")).to_be_visible()
    on_thursday.get_by_role("link", name="Choose another time").click()
    page.goto(page.url.partition("/calendar/")[0] + f"/book/{shop.shower.pk}/{FRIDAY}/10.00/")
    page.get_by_role("button", name="Book", exact=True).click()
    expect(page.get_by_role("heading", name="The time is booked")).to_be_visible()
    page.goto(page.url.partition("/bookings/")[0] + "/bookings/")
    expect(page.get_by_role("heading", name="Friday 4 December at 10:00")).to_be_visible()
    expect(on_thursday).to_have_count(0)

    page.get_by_role("link", name="Cancel shower").click()
    page.get_by_role("button", name="Cancel the visit").click()
    page.goto(page.url.partition("/bookings/")[0] + "/bookings/")
    expect(on_thursday.get_by_text("kept for you until you choose")).to_be_visible()

    clock.move_to(local(dt.date(2026, 12, 1), 12, 1))
    tasks.keep_agreed_times()
    visit = Booking.objects.get(recipient=shop.aksel, starts_at=local(THURSDAY, 11))
    assert visit.status == "booked"
    tasks.announce()
    assert Message.objects.filter(user=shop.aksel.user, about_id=visit.pk).exists()

    page = open_page(f"/bookings/{visit.pk}/move/{FRIDAY}/10.00/", user=shop.aksel.user)
    page.get_by_role("button", name="Move", exact=True).click()
    expect(page.get_by_role("heading", name="The visit is moved")).to_be_visible()
    visit.refresh_from_db()
    assert visit.starts_at == local(FRIDAY, 10)
