"""The day board and the page Today in a browser."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from booking.models import Visit
from tests import factories
from tests.browser import presses
from tests.browser.conftest import WIDE
from tests.browser.sampling import sample

pytestmark = pytest.mark.django_db(transaction=True)

NARROW = {"width": 320, "height": 700}


@pytest.fixture
def day(department):
    """Tomorrow, with shifts of Emil and Nora, an unnamed shift and two unstaffed visits."""
    date = timezone.localdate() + dt.timedelta(days=1)
    day = factories.DayFactory(department=department, date=date)
    people = [
        factories.EmployeeFactory(
            department=department, person__given_name=given, person__family_name=family
        ).person
        for given, family in (("Emil", "Haugen"), ("Nora", "Lind"))
    ]
    shifts = [factories.ShiftFactory(day=day, person=person) for person in [*people, None]]
    evening = factories.ShiftFactory(day=day, starts_at=factories.local(date, 16))
    for shift, hours in ((shifts[0], (8, 10, 13)), (shifts[1], (9, 11)), (evening, (17,))):
        for hour in hours:
            _visit(day, hour, shift)
    twice = factories.RecipientFactory()
    for hour in (10, 12):
        _visit(day, hour, booking__recipient=twice)
    return day


def _visit(day, hour, shift=None, **values):
    return factories.VisitFactory(
        day=day,
        shift=shift,
        booking__starts_at=factories.local(day.date, hour),
        booking__service__symbol="shower",
        **values,
    )


def _url(name, day, *args):
    return reverse(f"workflow:{name}", args=[day.department_id, day.date, *args])


def _pages(day):
    shift = day.shifts.get(person__given_name="Emil")
    unnamed = day.shifts.filter(person=None).first()
    visit = Visit.objects.filter(day=day, shift=None).first()
    return {
        "board": _url("board", day),
        "board-list": _url("board", day) + "?as=list",
        "board-visit": _url("board_visit", day, visit.pk),
        "board-shift": _url("board_shift", day, shift.pk),
        "board-unname": _url("unname_shift", day, shift.pk),
        "board-unnamed": _url("board_shift", day, unnamed.pk),
        "board-add": _url("add_shift", day),
        "today": reverse("workflow:today", args=[day.department_id]),
    }


def test_the_pages_have_no_faults_at_any_width(open_page, faults_of, shot, administrator, day):
    page = open_page("/", user=administrator, viewport=NARROW, color_scheme="dark")
    for name, path in sample(_pages(day)).items():
        page.goto(path)
        shot(page, f"{name}-320-dark")
        assert faults_of(page) == [], name
        for width in (NARROW["width"], WIDE["width"]):
            page.set_viewport_size({**WIDE, "width": width})
            overflow = page.evaluate("document.documentElement.scrollWidth - innerWidth")
            assert overflow <= 0, f"{name} scrolls sideways at {width}"
        page.set_viewport_size(NARROW)


def test_the_board_is_one_tab_stop_and_arrows_move_between_visits(open_page, administrator, day):
    page = open_page(_url("board", day), user=administrator)
    stops = page.locator("[data-board] a.block[tabindex='0']")
    focused = "document.activeElement.querySelector('.clock').textContent"

    assert stops.count() == 1
    stops.focus()
    assert page.evaluate(focused) == "10:00"
    page.keyboard.press("ArrowRight")
    assert page.evaluate(focused) == "12:00"
    page.keyboard.press("ArrowDown")  # Emil's nearest
    assert page.evaluate(focused) == "13:00"
    page.keyboard.press("Home")
    assert page.evaluate(focused) == "08:00"
    page.keyboard.press("ArrowDown")  # Nora's
    assert page.evaluate(focused) == "09:00"
    assert stops.count() == 1
    page.keyboard.press("Enter")
    page.wait_for_url("**/visits/**")


def test_a_visit_gets_a_carer_and_a_shift_a_name_without_javascript(
    open_page, administrator, department, day
):
    thea = factories.EmployeeFactory(department=department, person__given_name="Thea").person
    page = open_page(_url("board", day), user=administrator, java_script_enabled=False)

    page.get_by_role("link", name="12:00").first.click()
    page.get_by_role("button", name="Nora").click()
    page.get_by_role("link", name="08:00–16:00").last.click()
    page.get_by_role("button", name="Thea").click()

    assert day.shifts.filter(person=thea).exists()
    given = Visit.objects.get(day=day, starts_at=factories.local(day.date, 12))
    assert given.shift.person.given_name == "Nora"


SCROLLED = """() => {
  const board = document.querySelector("[data-board]");
  return {cut: board.scrollWidth - board.clientWidth, left: board.scrollLeft};
}"""
# The names of visits that are seen, and those of them that are wider than their place.
NAMES = """() => [...document.querySelectorAll("a.block .name")].map((name) => {
  const { left, right, top, bottom } = name.getBoundingClientRect();
  const text = [...name.children].find((part) => {
    const box = part.getBoundingClientRect();
    return box.width && box.top < bottom - 1 && box.left < right;
  });
  return [text.textContent.trim(), Math.round(text.getBoundingClientRect().right - right)];
})"""


@pytest.fixture
def ordinary_day(department):
    """07 to 22 in ten lanes, with visits from a quarter of an hour to an hour and a half."""
    date = timezone.localdate() + dt.timedelta(days=1)
    day = factories.DayFactory(department=department, date=date)
    for number in range(10):
        starts, ends = ((7, 15), (15, 22))[number % 2]
        shift = factories.ShiftFactory(
            day=day,
            person=factories.EmployeeFactory(department=department).person,
            starts_at=factories.local(date, starts),
            ends_at=factories.local(date, ends),
        )
        for hour, minutes in ((1, 15), (2, 30), (3, 45), (4, 60), (5, 90)):
            at = factories.local(date, starts + hour)
            _visit(
                day,
                starts + hour,
                shift if (number, hour) != (8, 5) else None,
                booking__ends_at=at + dt.timedelta(minutes=minutes),
                booking__recipient__family_name=("Bø", "Bakke-Christensen", "Halvorsen")[hour % 3],
            )
    return day


def test_the_ordinary_day_fits_and_shows_whole_names(
    open_page, administrator, ordinary_day, measured, shot
):
    page = open_page(_url("board", ordinary_day), user=administrator)
    shot(page, "board-ordinary-day")
    measured(presses.BOARD_OVERFLOW, page.evaluate(SCROLLED)["cut"])
    names = page.evaluate(NAMES)
    assert len(names) == 50
    assert [name for name in names if name[1] > 0] == []
    assert any(name == "Halvorsen" for name, _ in names)

    page.locator(".lane:not(.open) .who a").first.click()
    page.wait_for_selector("#opened")
    shot(page, "board-panel")
    print(page.evaluate(SCROLLED))
    page.wait_for_selector("[data-board][data-before]")
    red = page.locator(".lane.open a.block").bounding_box()
    board = page.locator("[data-board]").bounding_box()
    assert board["x"] < red["x"] < board["x"] + board["width"] - red["width"]
