"""Staff plan medicine every morning and evening in a few presses; a closed day stands red until
it is opened."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from booking.models import Booking
from booking.tasks import plan_patterns
from departments.actions.days import lay_out_horizon
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)

DAY = dt.timedelta(days=1)


def test_medicine_is_planned_and_a_closed_day_is_mended(
    open_page, department, administrator, faults_of
):
    medicine = factories.ServiceFactory(
        department=department, name="Medicine", minutes=30, kind_of_time="set"
    )
    recipient = factories.RecipientFactory(given_name="Aksel")
    factories.GrantFactory(recipient=recipient, service=medicine, amount=100, kind_of_time="set")
    for weekday in range(1, 8):
        factories.OpeningHoursFactory(
            department=department, weekday=weekday, opens_at=dt.time(7), closes_at=dt.time(22)
        )
    tomorrow = timezone.localdate() + DAY
    closed = factories.SpecialDayFactory(department=department, date=tomorrow)
    page = open_page(
        reverse("booking:recipient", args=[department.pk, recipient.pk]), user=administrator
    )

    page.get_by_role("link", name="Plan visits").click()
    page.get_by_role("textbox", name="Times").fill("8, 20")
    page.get_by_role("textbox", name="From").fill(f"{tomorrow:%d.%m.%Y}")
    page.get_by_role("button", name="See what happens").click()
    expect(page.get_by_text("28 visits are booked, with somebody to go.")).to_be_visible()
    expect(page.get_by_text("2 times are not planned.")).to_be_visible()
    assert not faults_of(page)
    page.get_by_role("button", name="Plan the visits").click()
    expect(page.get_by_role("link", name="Change or end Medicine every day 08:00")).to_be_visible()
    assert Booking.objects.count() == 28
    assert not faults_of(page)

    page.goto(reverse("workflow:today", args=[department.pk]))
    red = page.get_by_role("region", name="2 set times are not planned")
    expect(red.get_by_text("Nobody is to work then.")).to_have_count(2)
    assert not faults_of(page)
    red.get_by_role("link").first.click()
    expect(page.get_by_text("Not planned:")).to_have_count(2)
    assert not faults_of(page)

    closed.delete()
    lay_out_horizon(department)
    plan_patterns()
    page.reload()
    expect(page.get_by_text("Not planned:")).to_have_count(0)
    assert Booking.objects.count() == 30
