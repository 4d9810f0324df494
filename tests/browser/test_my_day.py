"""A care worker's pages on a phone, also without JavaScript."""

import datetime as dt
import re

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from booking import queries
from booking.models import Visit
from tests import factories
from tests.browser.conftest import PHONE
from workflow import actions
from workflow.models import Report

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def emil(department, care_worker):
    """A care worker on shift now, with one visit that has begun and one to come."""
    care_worker.language = "en"
    care_worker.save()
    day = factories.DayFactory(department=department, settled_at=timezone.now())
    hour = timezone.now().replace(minute=0, second=0, microsecond=0)
    shift = factories.ShiftFactory(
        day=day, person=care_worker, starts_at=hour, ends_at=hour + 6 * HOUR
    )
    for name, starts_at in (("Per", hour), ("Kari", hour + 2 * HOUR)):
        factories.VisitFactory(
            day=day,
            shift=shift,
            booking__starts_at=starts_at,
            booking__recipient__given_name=name,
            booking__recipient__phone="+4790112233",
        )
    actions.make_plan(day_id=day.pk)
    return care_worker


HOUR = dt.timedelta(hours=1)


def test_a_visit_is_marked_and_changed_without_javascript(open_page, emil, faults_of):
    page = open_page("/my-day/", user=emil, viewport=PHONE, java_script_enabled=False)

    page.get_by_role("button", name="Done").click()
    expect(page.get_by_role("heading", name="Kari")).to_be_visible()
    assert Report.objects.get().outcome == "done"
    # A second tap in the same place does not call Kari.
    call = page.locator(".next-stop a[href^='tel:']")
    expect(call).to_have_css("animation-name", "ignore-second-tap")

    page.get_by_text("1 finished visit").click()
    page.get_by_role("link", name="Per").click()
    page.get_by_role("radio", name="No contact").check()
    page.get_by_role("button", name="Save").click()

    assert Report.objects.get().outcome == "no_contact"


def test_touch_targets_are_large(open_page, emil):
    page = open_page("/my-day/", user=emil, viewport=PHONE)

    pressed = page.locator("main :is(a, button, summary)").all()
    heights = [one.bounding_box()["height"] for one in pressed if one.is_visible()]

    assert len(heights) > 4
    assert min(heights) >= 56
    assert max(heights) >= 68


def test_an_unmade_visit_comes_back_to_quota_and_list(open_page, emil, administrator, department):
    """Recorded in two presses; the person sees it on their page, the department on theirs."""
    visit = Visit.objects.order_by("starts_at").first()
    booking = visit.booking
    recipient = booking.recipient
    recipient.user = factories.UserFactory(language="en")
    recipient.save()
    grant = factories.GrantFactory(
        recipient=recipient, service=booking.service, amount=1, is_essential=True
    )
    administrator.language = "en"
    administrator.save()
    day = timezone.localdate(visit.starts_at)
    assert [one.left for one in queries.balances(recipient, day)] == [0]

    page = open_page("/my-day/", user=emil, viewport=PHONE)
    page.get_by_role("link", name="Could not be done").click()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="Kari")).to_be_visible()

    assert [one.left for one in queries.balances(recipient, day)] == [1]
    page = open_page(f"/bookings/{booking.pk}/", user=recipient.user)
    expect(page.get_by_text("1 of 1")).to_be_visible()
    page = open_page(reverse("workflow:today", args=[department.pk]), user=administrator)
    essential = page.get_by_role("region", name="Essential services not booked")
    expect(essential.get_by_role("link", name=recipient.full_name, exact=True)).to_be_visible()
    again = page.get_by_role("region", name="1 visit to book again")
    again.get_by_role("link", name="Book another time").click()
    expect(page).to_have_url(
        re.compile(reverse("booking:phone", args=[department.pk, recipient.pk, grant.service_id]))
    )


def test_reading_ends_with_the_agency_hours_and_the_last_visit_can_be_reported(open_page, emil):
    now, today = timezone.now(), timezone.localdate()
    hours = {"agency_from": now - HOUR, "agency_until": now + HOUR}
    emil.employments.update(valid_from=today - HOUR * 24, valid_until=today, **hours)
    page = open_page("/my-day/", user=emil, viewport=PHONE)
    expect(page.get_by_role("heading", name="Per")).to_be_visible()

    emil.employments.update(agency_until=timezone.now())
    page.goto(page.url)

    expect(page.get_by_text("Your time here has ended.")).to_be_visible()
    assert not re.search(r"\b(Per|Kari)\b|Storgata|90 11 22 33", page.content())
    page.get_by_role("button", name="Done").click()
    expect(page.get_by_role("heading", name="1 of 1. Thanks for today.")).to_be_visible()
    assert Report.objects.get().outcome == "done"
