"""The header of the staff's pages: one row, on a phone two, whatever the department is called."""

import pytest
from django.urls import reverse

from departments.models import Employee
from tests import factories
from tests.browser import presses
from tests.browser.conftest import PHONE, WIDE
from tests.browser.recipient.test_universal_design import UNBROKEN

HEIGHT = "document.querySelector('header.top').getBoundingClientRect().height"
OUTSIDE = "document.documentElement.scrollWidth - innerWidth"
MENU = "document.querySelector('.menu ul')"
HIDDEN = f"{MENU}.scrollWidth - {MENU}.clientWidth"

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def south(administrator):
    """A second department of the administrator."""
    return factories.EmployeeFactory(
        person=administrator,
        role=Employee.Role.ADMINISTRATOR,
        department__name="Home care South",
    ).department


@pytest.mark.parametrize("name", ["Avdeling Nord", UNBROKEN], ids=["short", "long"])
def test_the_header_is_low_and_everything_in_it_can_be_reached(
    department, administrator, south, open_page, faults_of, measured, shot, name
):
    type(department).objects.filter(pk=department.pk).update(name=name)
    page = open_page(
        reverse("departments:settings", args=[department.pk]), user=administrator, viewport=PHONE
    )
    measured(presses.STAFF_HEADER, page.evaluate(HEIGHT))
    assert page.evaluate(HIDDEN) > 0, "the menu is wider than a phone"
    assert page.locator(".menu [aria-current=page]").is_visible()

    menu = page.locator("summary", has_text=name)
    menu.click()
    shot(page, f"staff-header-{len(name)}")
    assert faults_of(page) == []
    assert page.evaluate(OUTSIDE) <= 0
    page.keyboard.press("Escape")
    assert page.locator(".pop[open]").count() == 0
    assert menu.evaluate("summary => document.activeElement === summary")
    page.get_by_text("DA", exact=True).click()
    assert faults_of(page) == []
    page.get_by_role("button", name="Log out").wait_for()
    page.mouse.click(5, 700)
    assert page.locator(".pop[open]").count() == 0

    page.set_viewport_size(WIDE)
    assert page.evaluate(HEIGHT) <= 57
    assert page.evaluate(OUTSIDE) <= 0
    menu.click()
    page.get_by_role("link", name=south.name).click()
    page.wait_for_url(f"**{reverse('workflow:today', args=[south.pk])}")


def test_one_department_is_a_name_and_no_button(department, administrator, client):
    client.force_login(administrator)
    page = client.get(reverse("departments:settings", args=[department.pk])).content.decode()
    assert '<p class="department">' in page
    assert 'class="pop department"' not in page
