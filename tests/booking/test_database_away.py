"""Pages, API and health check while PostgreSQL is cut off or frozen, over real HTTP."""

import datetime as dt
import json
import time
import uuid
from types import SimpleNamespace
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.utils import timezone

from accounts.actions import create_token
from accounts.models import ApiToken
from benchmarks.client import Connection, Program, Reader
from booking.models import Booking
from database.postgres.base import AWAY_PAUSE
from departments.actions import lay_out_horizon
from tests import factories
from tests.factories import local
from tests.proxy import Proxy
from tests.web import WebServer, until
from tests.workflow.worker import this_database

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

SOON = 10  # seconds on a busy machine, where 3 are meant


@pytest.fixture(scope="module")
def server(tmp_path_factory, django_db_setup):
    """A web server whose database can be frozen and cut off."""
    url = urlsplit(this_database())
    proxy = Proxy(url.hostname, url.port)
    address = url._replace(netloc=url.netloc.replace(f":{url.port}", f":{proxy.port}"))
    with WebServer(
        tmp_path_factory.mktemp("web"),
        workers=1,
        environment={"DATABASE_URL": urlunsplit(address), "DATABASE_TIMEOUT": "2"},
    ) as server:
        yield SimpleNamespace(proxy=proxy, port=server.port)
    proxy.close()


@pytest.fixture
def proxy(server, transactional_db):
    until(lambda: _answer(server, _health()).status == 200)
    time.sleep(AWAY_PAUSE)  # after a failure, threads without a connection make no new one
    yield server.proxy
    server.proxy.restore()


@pytest.fixture
def ask(server, proxy):
    return lambda request: _answer(server, request)


@pytest.fixture
def recipient(service):
    recipient = factories.RecipientFactory(user=factories.UserFactory(language="en"))
    factories.GrantFactory(recipient=recipient, service=service, amount=5)
    return recipient


@pytest.fixture
def reader(recipient):
    return Reader.of(recipient.user)


@pytest.fixture
def starts_at(hours, department):
    hours(staff=2, opens_at=dt.time(7), closes_at=dt.time(21))
    lay_out_horizon(department)
    return local(timezone.localdate() + dt.timedelta(days=1), 10)


@pytest.fixture
def order(reader, recipient, service, starts_at):
    """The form that books, with a note that must not be lost."""
    return reader.post(
        "/book/",
        {
            "key": uuid.uuid4(),
            "recipient": recipient.pk,
            "service": service.pk,
            "starts_at": starts_at.isoformat(),
            "note": "Ring twice, please.",
        },
    )


def _answer(server, request):
    with Connection(server.port) as connection:
        return connection.fetch(request)


def _health():
    return b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"


FAULTS = ["freeze", "cut"]


@pytest.mark.parametrize("fault", FAULTS)
def test_a_page_answers_503_soon_and_again_200_afterwards(fault, ask, proxy, reader, figure):
    assert ask(reader.get("/calendar/")).status == 200
    getattr(proxy, fault)()

    began = time.monotonic()
    answer = ask(reader.get("/calendar/"))
    waited = time.monotonic() - began

    assert answer.status == 503
    assert b"\r\nretry-after: " in answer.head.lower()
    assert "We have a technical problem right now" in answer.body.decode() or (
        "teknisk problem" in answer.body.decode()
    )
    assert waited < SOON
    figure(f"Seconds until a page says so, database {fault}", round(waited, 1))
    proxy.restore()
    until(lambda: ask(reader.get("/calendar/")).status == 200)


def test_one_request_waits_and_the_next_ones_are_answered_at_once(ask, proxy, reader):
    ask(reader.get("/calendar/"))
    proxy.freeze()
    ask(reader.get("/calendar/"))
    began = time.monotonic()
    assert ask(reader.get("/calendar/")).status == 503
    assert time.monotonic() - began < 2


@pytest.mark.parametrize("fault", FAULTS)
def test_the_health_check_fails_soon(fault, ask, proxy):
    ask(_health())
    getattr(proxy, fault)()
    answer = ask(_health())
    assert answer.status == 503
    assert answer.seconds < SOON


@pytest.mark.parametrize("fault", FAULTS)
def test_a_program_gets_503_in_json(fault, ask, proxy, recipient):
    _, secret = create_token(name="x", scopes=list(ApiToken.Scope), days=1, by=recipient.user)
    program = Program(secret)
    assert ask(program.get("/api/v1/services")).status == 200
    getattr(proxy, fault)()
    answer = ask(program.get("/api/v1/services"))
    assert answer.status == 503
    assert json.loads(answer.body)["code"] == "unavailable"


@pytest.mark.parametrize("fault", FAULTS)
def test_a_form_that_was_sent_meanwhile_keeps_its_words_and_can_be_sent_again(
    fault, ask, proxy, order, recipient
):
    ask(_health())
    getattr(proxy, fault)()
    answer = ask(order)
    page = answer.body.decode()
    assert answer.status == 503
    assert "Ring twice, please." in page
    assert 'href="/bookings/"' in page
    assert 'action="/book/"' in page
    assert "Nothing was booked" not in page
    proxy.restore()

    def is_booked():
        return ask(order).status == 302

    until(is_booked)
    assert Booking.objects.get(recipient=recipient).note == "Ring twice, please."


def test_a_lost_answer_to_commit_is_not_called_a_failure(ask, proxy, order, recipient):
    """The booking stands, and the server never hears of it."""
    ask(_health())
    proxy.drop_answers_to = b"COMMIT"
    answer = ask(order)
    page = answer.body.decode()
    assert Booking.objects.filter(recipient=recipient).count() == 1
    assert answer.status in (500, 503)
    assert "Nothing was booked" not in page
    assert 'href="/bookings/"' in page

    assert ask(order).status == 302  # the same form finds what it made
    assert Booking.objects.filter(recipient=recipient).count() == 1
