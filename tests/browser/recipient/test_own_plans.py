"""A recipient writes what they do otherwise, sees it beside a free time, and books anyway."""

import pytest
from playwright.sync_api import expect

from booking.models import Booking, OwnPlan
from tests.browser.conftest import PHONE


def test_a_plan_stands_beside_the_free_times_and_in_nobodys_way(shop, way):
    way.open("/plans/", user=shop.aksel.user)
    way.write("What are you going to do?", "Training")
    way.tick("Thursday")
    way.write("From", "9")
    way.write("To", "18")
    way.choose("Save the plan", then="My own plans")
    way.sees("The plan is saved.")
    way.sees("Thursday 09:00–18:00")
    way.sees("You have visits at that time: Shopping")

    way.open("/bookings/", user=shop.aksel.user)
    way.sees("You have a plan then: Training 09:00–18:00.")
    way.open("/calendar/", user=shop.aksel.user)
    way.choose("Thursday 26 November", then="Thursday 26 November")
    way.choose("Training", then="Is this right?")
    way.choose("Book anyway", then="The time is booked")
    assert Booking.objects.confirmed().filter(recipient=shop.aksel).count() == 3


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_only_the_fields_of_the_choice_show(shop, open_page, faults_of, shot, scripts):
    page = open_page("/plans/", user=shop.aksel.user, viewport=PHONE, java_script_enabled=scripts)
    days, date = page.get_by_label("Wednesday"), page.get_by_label("Date")
    expect(days).to_be_visible()
    expect(date).to_be_hidden()
    page.get_by_label("Only once").check()
    expect(days).to_be_hidden()
    page.get_by_label("What are you going to do?").fill("Dentist")
    date.fill("32.12.2026")
    page.get_by_role("textbox", name="From").fill("9")
    page.get_by_role("button", name="Save the plan").click()
    expect(date).to_have_value("32.12.2026")
    if scripts:
        assert faults_of(page) == []
    shot(page, "plans-error-390")
    date.fill("14.12.2026")
    page.get_by_role("textbox", name="To", exact=True).fill("10")
    page.get_by_role("button", name="Save the plan").click()
    expect(page.get_by_text("Monday 14 December 09:00–10:00")).to_be_visible()

    page.get_by_label("Calendar file").set_input_files(
        {"name": "mine.zip", "mimeType": "application/zip", "buffer": b"PK"}
    )
    page.get_by_role("button", name="Read the file").click()
    expect(page.get_by_text("We can't read this file.").last).to_be_visible()
    assert OwnPlan.objects.get().title == "Dentist"
