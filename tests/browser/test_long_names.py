"""Names without a space, longer than a phone is wide, stay inside the window on every page.

People, departments and services are named by others, and a layout must bear what they write.
"""

import pytest
import time_machine
from django.db.models import Value
from django.db.models.functions import Concat, Replace

from accounts.models import User
from booking.models import Recipient
from departments.models import Department, Qualification, Service
from serviceshop import demo
from serviceshop.demo import people
from tests.browser.recipient.conftest import NOW
from tests.browser.recipient.test_universal_design import (
    LARGE,
    OUTSIDE,
    UNBROKEN,
    in_every_look,
    unbroken,
)
from tests.browser.sampling import is_chosen
from tests.browser.test_every_page import pages
from tests.fast_database import load_kept

NARROWEST = {"width": 320, "height": 640}

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def long_names(translated):
    """The demonstration on a working day, with all that has a name named at length."""
    with time_machine.travel(NOW):
        load_kept("demonstration", demo.load)
        for model in (Department, Service, Qualification):
            model.objects.update(name=unbroken("name"))
        for model in (User, Recipient):
            model.objects.update(
                given_name=unbroken("given_name"), family_name=unbroken("family_name")
            )
        User.objects.update(
            email=Concat(Replace("email", Value("@"), Value(f"{UNBROKEN[:40]}@")), Value(".no"))
        )
        yield


AT_WORK = [people.DINA, people.EMIL, people.FRIDA]
ORDINARY = [(person, "ordinary") for person in people.CAST]
OTHERS = [(people.AKSEL, "simple"), (people.CARL, "simple"), (people.CARL, "acting")]


@pytest.mark.parametrize(
    ("person", "view"),
    [
        # A recipient's pages are looked at with such names by test_universal_design.py, too.
        pytest.param(*one, marks=[] if one[0] in AT_WORK else [in_every_look])
        for one in [*ORDINARY, *OTHERS]
    ],
    ids=lambda one: getattr(one, "given_name", one),
)
def test_no_name_leaves_the_window(long_names, open_page, person, view):
    user = User.objects.get(email__startswith=person.given_name.lower())
    user.preferences = {"view": "simple" if view == "simple" else "ordinary"}
    user.save()
    page = open_page("/", user=user, viewport=NARROWEST)
    if view == "acting":
        page.get_by_role("main").get_by_role("button").first.click()
        page.wait_for_url("**/calendar/")
    found = {}
    for path, name in pages(page, "/"):
        if not is_chosen(name):
            continue
        page.goto(path)
        found[name, "ordinary", path] = page.evaluate(OUTSIDE)
        page.evaluate(LARGE)
        found[name, "large", path] = page.evaluate(OUTSIDE)
    assert {where: what for where, what in found.items() if what} == {}
