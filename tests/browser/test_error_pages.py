"""What people meet when something went wrong is as good as any other page."""

import pytest

from tests.browser.conftest import PHONE, WIDE
from tests.browser.error_urls import STATUSES
from tests.browser.sampling import sample

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.urls("tests.browser.error_urls"),
]


def test_error_pages_have_no_faults(open_page, faults_of, shot, recipient):
    page = open_page(user=recipient.user, viewport=PHONE, color_scheme="dark")
    for name, status in sample(STATUSES).items():
        assert page.goto(f"/errors/{name}/").status == status
        assert page.locator("h1").count() == 1
        shot(page, f"error-{name}-phone-dark")
        assert faults_of(page) == [], name


def test_a_page_that_is_not_there_has_no_faults(open_page, faults_of):
    page = open_page("/nowhere/", viewport=WIDE)
    assert page.get_by_role("heading", level=1).is_visible()
    assert faults_of(page) == []
