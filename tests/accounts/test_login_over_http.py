"""Wrong log-in codes at the same instant, over HTTP, also while Valkey is frozen."""

import http.client
import threading
import time
from urllib.parse import urlencode, urlsplit

import pytest
from django.core.cache import cache
from django.urls import reverse

from accounts.actions import login_codes
from accounts.models import LoginAttempts, LoginCode
from accounts.views.login_codes import COOKIE
from serviceshop.redis.breaker import redis_breaker
from tests.factories import UserFactory
from tests.proxy import Proxy

CONFIRM = reverse("account_confirm_login_code")
AT_ONCE = 10
TOKEN = "x" * 32
LIMIT = 5  # seconds; the cache's timeout is a third of a second


@pytest.fixture
def valkey(settings):
    """The tests' Valkey behind a proxy that can be frozen: it takes bytes and never answers."""
    here = settings.CACHES["default"]
    url = urlsplit(here["LOCATION"])
    proxy = Proxy(url.hostname, url.port)
    netloc = url.netloc.replace(f":{url.port}", f":{proxy.port}")
    settings.CACHES = {"default": {**here, "LOCATION": url._replace(netloc=netloc).geturl()}}
    yield proxy
    proxy.close()
    redis_breaker.close()


@pytest.fixture
def login(live_server):
    person = UserFactory()
    return login_codes.send_code(
        email=person.email, user=person, account="a", purpose=LoginCode.Purpose.LOG_IN
    )


def press(server, login, code):
    """(status, where to) of the answer to one code."""
    url = urlsplit(server.url)
    connection = http.client.HTTPConnection(url.hostname, url.port, timeout=60)
    connection.request(
        "POST",
        CONFIRM,
        urlencode({"code": code, "csrfmiddlewaretoken": TOKEN}),
        {
            "Content-Type": "application/x-www-form-urlencoded",
            "Cookie": f"{COOKIE}={login.pk}; csrftoken={TOKEN}",
            "Origin": server.url,
        },
    )
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer.status, answer.headers.get("Location")


@pytest.mark.parametrize("frozen", [False, True], ids=["", "while Valkey is frozen"])
def test_of_many_wrong_codes_at_once_three_count(frozen, login, valkey, live_server, mailoutbox):
    right = next(word for word in mailoutbox[0].body.split() if word.isdecimal())
    wrong = "000000" if right != "000000" else "111111"
    cache.get("x")
    if frozen:
        valkey.freeze()
    gate, answers = threading.Barrier(AT_ONCE), []

    def guess():
        gate.wait()
        began = time.monotonic()
        status, to = press(live_server, login, wrong)
        answers.append((status, to, time.monotonic() - began))

    threads = [threading.Thread(target=guess) for _ in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    asked_again = [answer for answer in answers if answer[0] == 200]
    turned_away = [to for status, to, _ in answers if status == 302]
    assert len(answers) == len(asked_again) + len(turned_away) == AT_ONCE
    assert len(asked_again) <= 2, "the third wrong code is the last"
    assert set(turned_away) == {reverse("account_request_login_code")}
    assert max(took for _, _, took in answers) < LIMIT
    assert LoginAttempts.objects.get(key="tries:a").count == 3
    assert not LoginCode.objects.exists()
    assert press(live_server, login, right)[1] == reverse("account_request_login_code")
