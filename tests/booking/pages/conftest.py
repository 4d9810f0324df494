"""A department that is open 8 to 16 every day with one carer, on a Tuesday morning."""

import datetime as dt
import html
import re
import uuid

import pytest
import time_machine

from booking import actions
from tests import factories
from tests.factories import local

NOW = dt.datetime(2026, 11, 24, 8, 0, tzinfo=dt.UTC)  # 09:00 in Oslo
TODAY = dt.date(2026, 11, 24)
TOMORROW = dt.date(2026, 11, 25)
LAST_DAY = dt.date(2026, 12, 8)
CHOOSE = "/view/choose/"


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture(autouse=True)
def opening_hours(department):
    department.phone = "33 00 10 10"
    department.save()
    return [
        factories.OpeningHoursFactory(department=department, weekday=weekday)
        for weekday in range(1, 8)
    ]


@pytest.fixture
def grant(recipient):
    return recipient.grants.get()


@pytest.fixture
def user(recipient):
    user = recipient.user
    user.language = "en"
    user.save()
    return user


@pytest.fixture
def page(client, user):
    """A client logged in as the recipient."""
    client.force_login(user)
    return client


@pytest.fixture
def simple(page, user):
    """The same client in the simple view."""
    page.post(CHOOSE, {"view": "simple"})
    user.refresh_from_db()
    return page


@pytest.fixture
def stranger(service):
    """Another recipient with a grant; nothing about them may be shown."""
    recipient = factories.RecipientFactory(
        user=factories.UserFactory(given_name="Zacharias", family_name="Hemmelig"),
        given_name="Zacharias",
        family_name="Hemmelig",
        address="Skjult vei 9",
    )
    factories.GrantFactory(recipient=recipient, service=service)
    return recipient


@pytest.fixture
def book(service):
    """``book(recipient, at(10))`` calls the action that the page calls."""

    def book(recipient, starts_at, *, service=service, note=""):
        return actions.book(
            key=uuid.uuid4(),
            recipient=recipient,
            service=service,
            starts_at=starts_at,
            note=note,
            by=recipient.user,
        )

    return book


def at(hour, minute=0, date=TOMORROW):
    return local(date, hour, minute).astimezone(dt.UTC)


def text_of(response):
    """The page's text without markup."""
    content = re.sub(r"<(script|style).*?</\1>", " ", response.content.decode(), flags=re.DOTALL)
    words = html.unescape(re.sub(r"<[^>]+>", " ", content))
    return re.sub(r"\s+", " ", words).replace("\N{NO-BREAK SPACE}", " ")


# -- The simple view ----------------------------------------------------------------


def answers(response):
    """(text, URL) of every large answer that is a link."""
    found = re.findall(r'<a class="big[^"]*" href="([^"]+)">(.*?)</a>', response.text, re.DOTALL)
    return [(words(inner), href.replace("&amp;", "&")) for href, inner in found]


def presses(response):
    """The text of every large answer that is a button."""
    return [
        words(inner)
        for inner in re.findall(
            r'<button class="big[^>]*>(.*?)</button>', response.text, re.DOTALL
        )
    ]


def words(html):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html)).strip()


def follow(client, response, words):
    (href,) = [href for text, href in answers(response) if words in text]
    return client.get(href if href[0] == "/" else response.request["PATH_INFO"] + href)
