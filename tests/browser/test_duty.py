"""The duty lead's page on a phone: two are sick before the day has begun."""

import datetime as dt

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from booking.models import Visit
from tests import factories
from tests.browser.conftest import PHONE

pytestmark = pytest.mark.django_db(transaction=True)

HOUR = dt.timedelta(hours=1)


@pytest.fixture
def lead(department, service):
    """Three carers whose shifts begin in a quarter of an hour; two have medicine, and Nora, who
    stays, has cleaning at the time of one of these."""
    starts_at = timezone.now().replace(second=0, microsecond=0) + dt.timedelta(minutes=15)
    medicine = factories.ServiceFactory(department=department, kind_of_time="set")
    day = factories.DayFactory(department=department, settled_at=timezone.now())
    for name, its, hours in (("Marte", medicine, 1), ("Sara", medicine, 3), ("Nora", service, 1)):
        employee = factories.EmployeeFactory(department=department, person__given_name=name)
        shift = factories.ShiftFactory(
            day=day, person=employee.person, starts_at=starts_at, ends_at=starts_at + 5 * HOUR
        )
        factories.VisitFactory(
            day=day,
            shift=shift,
            booking__service=its,
            booking__grant=None,
            booking__carers=1,
            booking__starts_at=starts_at + hours * HOUR,
        )
    own = factories.ShiftFactory(
        day=day,
        person=factories.EmployeeFactory(
            department=department, person__given_name="Lea", person__language="en"
        ).person,
        starts_at=starts_at,
        ends_at=starts_at + 5 * HOUR,
        away=[starts_at + HOUR / 60, starts_at + 5 * HOUR],  # leads, and makes no visits
    )
    own.duty_for.add(department)
    return own.person


def test_two_are_sick_and_every_set_visit_is_covered_in_four_presses(open_page, lead, faults_of):
    page = open_page("/duty/", user=lead, viewport=PHONE)

    page.get_by_role("button", name="Sick Marte").click()
    page.get_by_role("button", name="Sick Sara").click()
    expect(page.get_by_text("2 visits have nobody")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert not faults_of(page)
    page.get_by_role("link", name="See the suggestion for all").click()
    expect(page.get_by_role("button", name="Do this")).to_be_visible()
    assert not faults_of(page)
    page.get_by_role("button", name="Do this").click()

    expect(page.get_by_text("2 visits have a carer now.")).to_be_visible()
    its = Visit.objects.filter(booking__service__kind_of_time="set")
    assert set(its.values_list("shift__person__given_name", flat=True)) == {"Nora"}
