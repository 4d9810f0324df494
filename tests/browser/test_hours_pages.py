"""The pages for opening hours in a browser."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from accounts.models import Change
from departments import actions
from departments.models import OpeningHours
from tests import factories
from tests.browser import presses
from tests.browser.conftest import PHONE

DESK = {"width": 1440, "height": 1000}

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def week(department):
    rows = [(day, 7, 15, 5) for day in range(1, 6)] + [(day, 15, 22, 3) for day in range(1, 6)]
    rows += [(6, 8, 14, 2), (6, 16, 21, 2), (7, 9, 14, 2), (7, 13, 21, 2)]
    for weekday, opens, closes, staff in rows:
        factories.OpeningHoursFactory(
            department=department,
            weekday=weekday,
            opens_at=dt.time(opens),
            closes_at=dt.time(closes),
            staff=staff,
        )
    return department


@pytest.mark.parametrize(
    ("look", "options"),
    [
        ("390-dark", {"viewport": PHONE, "color_scheme": "dark"}),
        ("1440-forced", {"viewport": DESK, "forced_colors": "active"}),
    ],
)
def test_hours_and_special_days_have_no_faults(
    week, administrator, open_page, faults_of, shot, look, options
):
    friday = OpeningHours.objects.get(weekday=5, opens_at=dt.time(15))
    chosen = reverse("departments:period", args=[week.pk, friday.pk])
    special = reverse("departments:special_days", args=[week.pk])
    page = open_page(chosen, user=administrator, **options)
    shot(page, f"hours-{look}")
    assert faults_of(page) == []

    page.get_by_label("Ansatte", exact=False).or_(
        page.get_by_label("Employees at work at the same time")
    ).first.fill("2")
    page.locator("main form button[type=submit]").last.click()
    page.wait_for_selector(".impact")
    shot(page, f"hours-preview-{look}")
    assert faults_of(page) == []

    page.goto(special)
    shot(page, f"special-days-{look}")
    assert faults_of(page) == []
    for path in (chosen, special):
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


def test_a_period_is_changed_with_the_keyboard_alone_and_without_javascript(
    week, administrator, open_page
):
    friday = OpeningHours.objects.get(weekday=5, opens_at=dt.time(15))
    page = open_page(
        reverse("departments:hours", args=[week.pk]), user=administrator, java_script_enabled=False
    )
    page.locator(f'a[href*="{friday.pk}"]').press("Enter")
    page.locator("#id_staff").fill("2")
    page.locator("#id_staff").press("Enter")
    page.locator("#reason").fill("Fewer on Fridays")
    page.locator("#reason").press("Enter")
    page.wait_for_url("**/hours/?on=*")

    changed = OpeningHours.objects.get(weekday=5, opens_at=dt.time(15), staff=2)
    assert changed.valid_from > timezone.localdate()
    assert Change.objects.get(department_id=week.pk).reason == "Fewer on Fridays"


def test_monday_to_friday_is_set_in_four_presses(
    department, administrator, open_page, counted, faults_of
):
    page = open_page("/", user=administrator, viewport=PHONE)
    with counted(presses.MONDAY_TO_FRIDAY) as count:
        count.press(page.get_by_role("link", name="Opening hours"))
        count.press(page.get_by_role("link", name="New period"))
        count.write(page.get_by_label("From", exact=True), "07:30")
        count.write(page.get_by_label("To", exact=True), "15:00")
        count.write(page.get_by_label("Employees at work"), "4")
        assert faults_of(page) == []
        count.press(page.get_by_role("button", name="See what the change does"))
        result = page.locator(".impact")
        result.wait_for()
        assert result.bounding_box()["y"] < PHONE["height"] / 2, "the result is first"
        assert result.evaluate("result => result.contains(document.activeElement)")
        count.press(page.get_by_role("button", name="Save the change"))
        page.wait_for_url("**/hours/?on=*")
    rows = OpeningHours.objects.values_list("weekday", "opens_at", "staff")
    assert list(rows) == [(day, dt.time(7, 30), 4) for day in range(1, 6)]


def test_the_stripes_that_would_go_are_dashed_while_one_types(week, administrator, open_page):
    friday = OpeningHours.objects.get(weekday=5, opens_at=dt.time(15))
    page = open_page(reverse("departments:period", args=[week.pk, friday.pk]), user=administrator)
    chosen = page.locator("a.period[aria-current]")
    field = page.locator("#id_staff")
    for typed, says, gone in (("1", "1 employee before 3", 2), ("5", "5 employees before 3", 0)):
        field.fill(typed)
        assert says in " ".join(chosen.inner_text().split())
        assert chosen.locator("rect.gone").count() == gone
    field.fill("3")
    assert "before" not in chosen.inner_text()
    expect(page.get_by_role("status")).to_have_text("This concerns no visits")


def test_a_button_ticks_the_weekdays(week, administrator, open_page):
    page = open_page(reverse("departments:new_period", args=[week.pk]), user=administrator)
    page.get_by_label("Employees at work").fill("9")
    page.get_by_role("button", name="All days").click()
    assert page.locator("[name=weekday]:checked").count() == 7
    page.get_by_role("button", name="Monday to Friday").click()
    assert page.locator("[name=weekday]:checked").count() == 5
    assert page.get_by_label("Employees at work").input_value() == "9"


def test_a_day_is_closed_in_four_presses_with_all_that_it_hits_on_one_page(
    department, administrator, care_worker, open_page, counted, faults_of
):
    date = timezone.localdate() + dt.timedelta(days=3)
    factories.OpeningHoursFactory(department=department, weekday=date.isoweekday(), staff=2)
    shift = shifts_of(department, date)[0]
    actions.name_shift(shift=shift, person=care_worker, by=None)
    visit = factories.VisitFactory(
        day=shift.day, shift=shift, booking__starts_at=factories.local(date, 10)
    )
    page = open_page("/", user=administrator, viewport=PHONE)
    with counted(presses.CLOSED_DAY) as count:
        count.press(page.get_by_role("link", name="Opening hours"))
        count.press(page.get_by_role("link", name="Special days"))
        count.write(page.get_by_label("Date"), f"{date:%d.%m.%Y}")
        count.write(page.get_by_label("Name that people see"), "Planning")
        count.press(page.get_by_role("button", name="See what the change does"))
        result = page.locator(".impact.lost")
        for hit in (visit.booking.recipient.full_name, care_worker.full_name):
            assert result.get_by_text(hit).first.is_visible()
        assert faults_of(page) == []
        count.press(page.get_by_role("button", name="Close this day (1 visit loses its employee)"))
        page.wait_for_url("**/special-days/")
    visit.refresh_from_db()
    assert visit.shift is None


def shifts_of(department, date):
    actions.lay_out_now(department=department, date=date)
    return department.days.get(date=date).shifts.order_by("pk")
