"""Nobody opens the door: the visit stays red until a named person has met the recipient."""

import datetime as dt
import re

import pytest
from playwright.sync_api import expect

from booking.models import Contact
from departments.models import Day, DutyMark
from tests import factories
from tests.browser.conftest import PHONE
from workflow import actions

pytestmark = pytest.mark.django_db(transaction=True)

HAS_COVERAGE = """
value => Object.defineProperty(navigator, "onLine", {value, configurable: true})
"""
TODAY = dt.date(2026, 11, 24)


def lead(department, starts, ends):
    """The duty lead of a shift of the day."""
    day = Day.objects.get(department=department, date=TODAY)
    person = factories.EmployeeFactory(department=department, person__language="en").person
    shift = factories.ShiftFactory(
        day=day,
        person=person,
        starts_at=factories.local(TODAY, starts),
        ends_at=factories.local(TODAY, ends),
    )
    DutyMark.objects.create(shift=shift, department=department)
    return person


def test_a_visit_without_contact_stays_red_until_somebody_has_met_the_person(
    department, care_worker, administrator, service, open_page, faults_of, time_machine
):
    time_machine.move_to(factories.local(TODAY, 10))
    care_worker.language = administrator.language = "en"
    care_worker.save()
    administrator.save()
    day = factories.DayFactory(department=department, date=TODAY)
    visit = factories.VisitFactory(
        day=day,
        shift=factories.ShiftFactory(day=day, person=care_worker),
        booking__service=service,
        booking__starts_at=factories.local(TODAY, 9),
    )
    Contact.objects.create(
        recipient=visit.booking.recipient, position=1, name="Tone Strand", phone="+4733000021"
    )
    actions.make_plan(day_id=day.pk)
    morning, evening = lead(department, 7, 15), lead(department, 15, 22)

    carer = open_page("/my-day/", user=care_worker, viewport=PHONE)
    carer.get_by_role("link", name="No contact").click()
    expect(carer.get_by_text("You have no coverage: call")).to_be_hidden()
    carer.evaluate(HAS_COVERAGE, False)
    carer.get_by_role("button", name="Save").click()
    expect(carer.get_by_text("You have no coverage: call")).to_be_visible()
    carer.evaluate(HAS_COVERAGE, True)
    carer.evaluate("dispatchEvent(new Event('online'))")
    expect(carer.get_by_text("You have no coverage: call")).to_be_hidden()
    carer.get_by_role("button", name="Save").click()
    expect(carer.get_by_role("link", name="Tone Strand")).to_be_visible()
    carer.get_by_role("button", name=re.compile("No answer.*Tone Strand")).click()
    expect(carer.get_by_text("No answer").first).to_be_visible()
    assert faults_of(carer) == []

    dina = open_page("/", user=administrator)
    dina.get_by_role("link", name="See what was tried, and confirm").click()
    url = dina.url
    first = open_page(url, user=morning, viewport=PHONE)
    expect(first.get_by_role("button", name="Confirm")).to_be_visible()
    assert faults_of(first) == []

    time_machine.move_to(factories.local(TODAY, 21))
    first.goto(url)
    expect(first.get_by_role("button", name="Confirm")).to_have_count(0)
    time_machine.move_to(factories.local(TODAY, 22, 30))
    actions.close_day(department=department, date=TODAY, by=administrator, despite_untold=True)
    dina.goto("/")
    expect(dina.get_by_text("nobody has met them yet")).to_be_visible()
    second = open_page("/my-day/", user=evening, viewport=PHONE)
    assert faults_of(second) == []
    second.get_by_role("link", name="See what was tried, and confirm").click()
    second.get_by_label("I have spoken to them").check()
    second.get_by_role("button", name="Confirm").click()
    expect(second.get_by_text(f"{evening.full_name} has spoken to the person")).to_be_visible()

    dina.goto("/")
    expect(dina.get_by_text("nobody has met them yet")).to_have_count(0)
    dina.get_by_role("link", name="Close it").click()
    dina.get_by_role("button", name="Close as a wasted trip").click()
    expect(dina.get_by_text("It is closed as a wasted trip.")).to_be_visible()
    expect(dina.get_by_role("heading", name="No contact")).to_have_count(0)
