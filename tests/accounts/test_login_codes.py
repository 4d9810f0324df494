"""Log-in by code: what is kept, how often it may be tried, and who can be blocked by it."""

import datetime as dt
import re
import threading

import pytest
import time_machine
from django.conf import settings as project
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts import attempts, known_devices, tasks
from accounts.actions import login_codes
from accounts.adapter import AccountAdapter
from accounts.models import LoginAttempts, LoginCode, User, UserSession
from accounts.views.login_codes import COOKIE
from tests.factories import UserFactory

ASK = reverse("account_request_login_code")
CONFIRM = reverse("account_confirm_login_code")
LOG_IN = reverse("account_login")
RESET = reverse("account_reset_password")
ENOUGH = AccountAdapter.error_messages["too_many_login_attempts"]
ENOUGH_TODAY = AccountAdapter.error_messages["too_many_codes"]
WRONG = AccountAdapter.error_messages["incorrect_code"]


@pytest.fixture(autouse=True)
def no_limit_per_ip(settings):
    """These tests are about limits per account; all clients here have one IP address."""
    settings.ACCOUNT_RATE_LIMITS = {
        **settings.ACCOUNT_RATE_LIMITS,
        "request_login_code": None,
        "login_failed": None,
        "reset_password": None,
        "login": None,
    }


def ask(client, email="kari@example.test"):
    return client.post(ASK, {"email": email})


def code_in(mail):
    return re.search(r"^\d{6}$", mail.body, re.MULTILINE)[0]


def wrong_for(mail):
    return "000000" if code_in(mail) != "000000" else "111111"


def is_logged_in(client):
    return "_auth_user_id" in client.session


def log_in(client, person, mailoutbox):
    ask(client, person.email)
    client.post(CONFIRM, {"code": code_in(mailoutbox[-1])})
    assert is_logged_in(client)


# -- What is kept -----------------------------------------------------------------------


def test_the_browser_has_a_random_id_and_the_database_no_code(client, person, mailoutbox):
    ask(client)
    row = LoginCode.objects.get()
    assert client.cookies[COOKIE].value == str(row.pk)
    assert client.cookies[COOKIE]["httponly"]
    code = code_in(mailoutbox[0])
    assert code not in str(LoginCode.objects.values().get())
    assert not UserSession.objects.exists()
    assert project.SESSION_COOKIE_NAME not in client.cookies


def test_used_it_is_gone_and_the_session_holds_no_code(client, person, mailoutbox):
    log_in(client, person, mailoutbox)
    assert not LoginCode.objects.exists()
    assert client.cookies[COOKIE].value == ""
    assert code_in(mailoutbox[0]) not in str(dict(client.session))


def test_after_a_quarter_of_an_hour_it_is_nothing_and_swept(client, person, mailoutbox):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        ask(client)
        clock.shift(dt.timedelta(minutes=15))
        client.post(CONFIRM, {"code": code_in(mailoutbox[0])})
        assert not is_logged_in(client)
        tasks.tidy_logins()
    assert not LoginCode.objects.exists()


def test_attempts_are_swept_after_a_day_and_name_no_address(client, person):
    ask(client)
    assert "kari" not in str(list(LoginAttempts.objects.values()))
    with time_machine.travel(timezone.now() + dt.timedelta(days=1, minutes=1)):
        tasks.tidy_logins()
    assert not LoginAttempts.objects.exists()


def test_a_code_of_one_log_in_is_none_of_anothers(client, person, mailoutbox):
    other = Client()
    ask(client)
    ask(other, UserFactory(email="ola@example.test").email)
    client.post(CONFIRM, {"code": code_in(mailoutbox[1])})
    assert not is_logged_in(client)


def test_a_guessed_cookie_opens_nothing(client, person, mailoutbox):
    ask(client)
    other = Client()
    for made_up in ("", "x", "00000000-0000-4000-8000-000000000000"):
        other.cookies[COOKIE] = made_up
        assert other.post(CONFIRM, {"code": code_in(mailoutbox[0])}).url == ASK
    assert not is_logged_in(other)


# -- Tries ------------------------------------------------------------------------------


def test_the_third_wrong_code_ends_it(client, person, mailoutbox):
    ask(client)
    wrong = wrong_for(mailoutbox[0])
    for _ in range(2):
        assert str(WRONG) in client.post(CONFIRM, {"code": wrong}).text
    assert client.post(CONFIRM, {"code": wrong}).url == ASK
    assert str(ENOUGH) in client.get(ASK).text
    client.post(CONFIRM, {"code": code_in(mailoutbox[0])})
    assert not is_logged_in(client)


def test_tries_are_counted_for_the_account_whichever_browser(person, mailoutbox):
    browsers = [Client() for _ in range(4)]
    for browser in browsers:
        ask(browser)
    for browser in browsers[:3]:
        browser.post(CONFIRM, {"code": wrong_for(mailoutbox[0])})
    browsers[3].post(CONFIRM, {"code": code_in(mailoutbox[3])})
    assert not is_logged_in(browsers[3])


def test_a_new_code_gives_new_tries(client, person, mailoutbox):
    ask(client)
    for _ in range(3):
        client.post(CONFIRM, {"code": wrong_for(mailoutbox[0])})
    log_in(client, person, mailoutbox)


def test_tries_are_counted_while_the_cache_is_away(client, person, mailoutbox, settings):
    settings.CACHES = {
        "default": {**settings.CACHES["default"], "LOCATION": "redis://127.0.0.1:1/0"}
    }
    ask(client)
    for _ in range(3):
        client.post(CONFIRM, {"code": wrong_for(mailoutbox[0])})
    client.post(CONFIRM, {"code": code_in(mailoutbox[0])})
    assert not is_logged_in(client)


@pytest.mark.django_db(transaction=True)
def test_of_seven_wrong_codes_at_once_three_are_compared(monkeypatch):
    person = UserFactory()
    login = login_codes.send_code(
        email=person.email, user=person, account="a", purpose=LoginCode.Purpose.LOG_IN
    )
    compared, answers, gate = [], [], threading.Barrier(7)
    monkeypatch.setattr(
        login_codes, "constant_time_compare", lambda *_: compared.append(1) or False
    )
    take = attempts.Limit.take

    def counted(self, account):
        has = take(self, account)
        answers.append(has)
        return has

    monkeypatch.setattr(attempts.Limit, "take", counted)

    def guess():
        gate.wait()
        try:
            login_codes.use_code(login=login, code="000000")
        except Exception:
            pass
        finally:
            connection.close()

    threads = [threading.Thread(target=guess) for _ in range(7)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [False] * 4 + [True] * 3
    assert not LoginCode.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_right_code_sent_twice_at_once_logs_in_once(mailoutbox):
    person = UserFactory()
    login = login_codes.send_code(
        email=person.email, user=person, account="a", purpose=LoginCode.Purpose.LOG_IN
    )
    code, used, gate = code_in(mailoutbox[0]), [], threading.Barrier(2)

    def use():
        gate.wait()
        try:
            used.append(login_codes.use_code(login=login, code=code))
        except Exception:
            pass
        finally:
            connection.close()

    threads = [threading.Thread(target=use) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert used == [person]


# -- Codes a day, and who is blocked ----------------------------------------------------


def test_ten_codes_a_day(client, person, mailoutbox):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for _ in range(10):
            assert ask(client).url == CONFIRM
        assert str(ENOUGH_TODAY) in ask(client).text
        assert str(ENOUGH_TODAY) in ask(Client(), "KARI@example.test").text
        assert len(mailoutbox) == 10
        clock.shift(dt.timedelta(days=1))
        assert ask(client).url == CONFIRM


def test_codes_sent_again_are_of_the_ten_too(client, person, mailoutbox):
    for _ in range(5):
        ask(client)
        for _ in range(4):
            client.post(CONFIRM, {"action": "resend"})
    assert len(mailoutbox) == 10


def test_strangers_who_ask_for_codes_do_not_block_a_known_device(client, person, mailoutbox):
    log_in(client, person, mailoutbox)
    client.post(reverse("account_logout"))
    stranger = Client()
    for _ in range(15):
        ask(stranger)
    log_in(client, person, mailoutbox)


def test_strangers_who_guess_passwords_do_not_block_a_known_device(client, person, mailoutbox):
    log_in(client, person, mailoutbox)
    client.post(reverse("account_logout"))
    stranger = Client()
    for _ in range(10):
        stranger.post(LOG_IN, {"login": person.email, "password": "wrong"})
    right = {"login": person.email, "password": "old and long"}
    assert str(ENOUGH) in stranger.post(LOG_IN, right).text
    client.post(LOG_IN, right)
    assert is_logged_in(client)


def test_strangers_who_guess_codes_do_not_end_one_of_a_known_device(client, person, mailoutbox):
    log_in(client, person, mailoutbox)
    client.post(reverse("account_logout"))
    stranger = Client()
    ask(stranger)
    ask(client)
    for _ in range(4):
        stranger.post(CONFIRM, {"code": wrong_for(mailoutbox[1])})
    client.post(CONFIRM, {"code": code_in(mailoutbox[2])})
    assert is_logged_in(client)


def test_strangers_who_ask_for_links_do_not_block_a_known_device(client, person, mailoutbox):
    log_in(client, person, mailoutbox)
    client.post(reverse("account_logout"))
    stranger = Client()
    for _ in range(11):
        answer = stranger.post(RESET, {"email": person.email})
    assert answer.status_code == 200
    assert client.post(RESET, {"email": person.email}).status_code == 302


def test_a_device_is_known_for_who_logged_in_there_and_not_for_others(client, person, mailoutbox):
    log_in(client, person, mailoutbox)
    request = type("Request", (), {"COOKIES": {k: v.value for k, v in client.cookies.items()}})
    assert known_devices.is_known(request, "Kari@example.test")
    assert not known_devices.is_known(request, "ola@example.test")
    cookie = client.cookies[known_devices.COOKIE]
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")
    assert person.email not in cookie.value
    request.COOKIES[known_devices.COOKIE] += "x"
    assert not known_devices.is_known(request, person.email)


def test_a_known_device_has_limits_too(client, person, mailoutbox):
    log_in(client, person, mailoutbox)
    client.post(reverse("account_logout"))
    for _ in range(6):
        answer = client.post(LOG_IN, {"login": person.email, "password": "wrong"})
    assert str(ENOUGH) in answer.text


# -- Known or not -----------------------------------------------------------------------


def answers_for(email, mailoutbox):
    """Status, words and statements of a whole log-in that goes wrong, and of a link."""
    client, found = Client(), []
    for path, data in [
        (ASK, {"email": email}),
        (CONFIRM, {"action": "resend"}),
        *[(CONFIRM, {"code": "12345x"})] * 4,
        (RESET, {"email": email}),
        *[(LOG_IN, {"login": email, "password": "wrong"})] * 6,
        *[(ASK, {"email": email})] * 10,
    ]:
        with CaptureQueriesContext(connection) as statements:
            answer = client.post(path, data, follow=True)
        words = re.sub(r'value="[^"]*"', "", answer.text).replace(email, "")
        found.append((answer.redirect_chain, words, len(statements)))
    return found


def test_known_and_unknown_addresses_get_the_same_answers_after_the_same_work(person, mailoutbox):
    known = answers_for(person.email, mailoutbox)
    sent = len(mailoutbox)
    assert known == answers_for("nobody@example.test", mailoutbox)
    assert sent == len(mailoutbox) > 0


def test_a_closed_account_is_as_an_unknown_one(person, mailoutbox):
    User.objects.update(is_active=False)
    closed = answers_for(person.email, mailoutbox)
    assert closed == answers_for("nobody@example.test", mailoutbox)
    assert not mailoutbox


def test_mail_is_sent_after_the_answer(client, person, monkeypatch):
    """However long the mail server takes, and whatever it answers."""
    handed_over = []
    monkeypatch.setattr("accounts.messages.outgoing.send_soon", handed_over.append)
    ask(client)
    ask(client, "nobody@example.test")
    client.post(RESET, {"email": person.email})
    assert [mail.to for mail in handed_over] == [[person.email]] * 2


def test_a_mail_server_that_is_down_shows_nothing(client, person, settings, caplog):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_PORT = 1
    assert ask(client).url == CONFIRM
    assert "was not sent" in caplog.text
    assert person.email not in caplog.text


def test_expired_sessions_are_cleared(client, person):
    client.force_login(person)
    UserSession.objects.update(expire_date=timezone.now())
    tasks.clear_sessions()
    assert not UserSession.objects.exists()


def test_what_is_kept_is_swept_by_beat():
    tasks_of_beat = {entry["task"] for entry in project.CELERY_BEAT_SCHEDULE.values()}
    assert {"accounts.tasks.tidy_logins", "accounts.tasks.clear_sessions"} <= tasks_of_beat
