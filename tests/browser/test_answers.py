"""What a person sees from the press to the answer, in a real browser."""

# ruff: noqa: F811 (fixtures have the names of what the tests take)

import time
from itertools import islice
from zlib import crc32

import pytest
from django.db import transaction
from django.test import Client
from django.urls import resolve, reverse

from tests.browser.conftest import PHONE, WIDE
from tests.browser.sampling import EVERY_LOOK
from tests.html_forms import Forms
from tests.sizes import SEED
from tests.test_every_answer import WHOLE_PAGES
from tests.test_every_url import (  # noqa: F401 (two are fixtures)
    ADMINISTRATOR,
    CARE_WORKER,
    RECIPIENT,
    RULES,
    cast,
    things,
    url_of,
)

pytestmark = pytest.mark.django_db(transaction=True)

# Whether the focus is in the content, with its beginning on the screen.
IS_SEEN = """() => {
    const box = document.activeElement.getBoundingClientRect();
    return Boolean(document.activeElement.closest("main"))
        && box.top >= 0 && box.top < innerHeight - 40 && box.width > 0;
}"""
SEND = """([number, is_emptied]) => {
    const form = document.querySelectorAll("form[method=post i]")[number];
    form.noValidate = true;
    const typed = "input:not([type=hidden], [type=radio], [type=checkbox]), textarea";
    if (is_emptied) form.querySelectorAll(typed).forEach((field) => (field.value = ""));
    [...form.elements].find((one) => one.type === "submit").click();
}"""
LOOK = """button => ({
    busy: button.getAttribute("aria-busy"), text: button.innerText, width: button.offsetWidth
})"""
PRESS_THRICE = "button.click(); button.click(); button.click()"
# Who sends, with which window, and whether scripts run.
LOOKS = [
    (ADMINISTRATOR, PHONE, True),
    (ADMINISTRATOR, WIDE, False),
    (RECIPIENT, PHONE, False),
    (RECIPIENT, WIDE, True),
    (CARE_WORKER, PHONE, False),
]


@pytest.fixture
def page_of_services(department, administrator):
    return reverse("departments:services", args=[department.pk])


def test_a_form_is_sent_once_and_shows_that_it_is_busy(open_page, administrator, page_of_services):
    page = open_page(page_of_services, user=administrator)
    sent = []

    def answer_nothing(route):
        sent.append(route.request.method)
        route.fulfill(status=204)  # so that the page stays

    page.route("**/qualifications/**", answer_nothing)
    page.locator("main input[name=name]").last.fill("Insulin")
    button = page.locator("main form[method=post] button[type=submit]").last
    before = button.evaluate(LOOK)

    with page.expect_response("**/qualifications/**"):
        busy = button.evaluate(f"button => {{ {PRESS_THRICE}; return ({LOOK})(button); }}")

    assert sent == ["POST"]
    assert busy["busy"] == "true"
    assert busy["text"] == "One moment …" != before["text"]
    assert busy["width"] == pytest.approx(before["width"], abs=1)
    # Back, to a page that the browser has kept.
    page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}))")
    assert button.evaluate(LOOK) == before


@pytest.fixture
def scene(request):
    """The objects of every URL; they are made with locks, which need a transaction."""
    with transaction.atomic():
        return request.getfixturevalue("things")


@pytest.mark.parametrize(("who", "viewport", "with_scripts"), LOOKS)
def test_the_answer_is_on_the_screen_and_has_the_focus(
    open_page, shot, scene, cast, who, viewport, with_scripts
):
    """Of some forms, others each day; tests/test_every_answer.py looks at all, in their HTML."""
    client = Client()
    client.force_login(cast[who])
    page = open_page(
        "/settings/", user=cast[who], viewport=viewport, java_script_enabled=with_scripts
    )
    wrong = []
    for number, (path, name, index) in enumerate(
        islice(forms_shown(client, who, scene), 12 if EVERY_LOOK else 3)
    ):
        page.goto(path)
        with page.expect_navigation():
            page.evaluate(SEND, [index, number % 2 == 1])
        if not within(10, lambda: page.evaluate(IS_SEEN)):
            wrong.append(f"{name} on {path}, answered by {page.url}")
        shot(page, f"answer-{name.replace(':', '-')}-{viewport['width']}")
    assert wrong == []


def within(seconds, condition):
    """Whether it becomes true: the browser gives the focus after it has loaded the page."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
    return True


def forms_shown(client, who, things):
    """(path, URL name, number on the page) of forms that the role is shown, in the day's order:
    one on each page, which may look different once it is sent."""
    order = sorted(RULES, key=lambda name: crc32(f"{SEED} {name}".encode()))
    seen = {"accounts:log_in_again", *WHOLE_PAGES}  # shown to those who logged in long ago
    for address in order:
        rule = RULES[address]
        if rule.method != "get" or who not in rule.who:
            continue
        path = url_of(address, {key: things[thing] for key, thing in rule.objects.items()})
        response = client.get(path)
        if response.status_code != 200 or "text/html" not in response["Content-Type"]:
            continue
        for index, form in enumerate(Forms(path, response.text).forms):
            name = resolve(form.action).view_name
            if name not in seen and form.has_button:
                seen.add(name)
                yield path, name, index
                break
