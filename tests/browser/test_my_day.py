"""A care worker's pages on a phone, also without JavaScript."""

import datetime as dt

import pytest
from django.utils import timezone
from playwright.sync_api import expect

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
