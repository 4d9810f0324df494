"""A session that was ended stays ended."""

import contextlib
import importlib
from threading import Barrier, Thread

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.backends.db import SessionStore as OldStore
from django.contrib.sessions.exceptions import SessionInterrupted
from django.contrib.sessions.models import Session
from django.db import OperationalError, connection
from django.urls import reverse
from django.utils import timezone

from accounts.models import UserSession
from serviceshop.sessions import SessionStore
from tests.factories import UserFactory

LOG_OUT = reverse("account_logout")
ME = reverse("accounts:me")


@pytest.fixture
def browser(client, person):
    client.force_login(person)
    return client


def copy_of(client):
    """Another browser with the same cookies, as a second request of the same browser."""
    other = type(client)()
    other.cookies[settings.SESSION_COOKIE_NAME] = client.cookies[
        settings.SESSION_COOKIE_NAME
    ].value
    return other


def is_logged_in(client):
    return client.get(ME).status_code == 200


def test_a_session_has_its_user_in_the_database(browser, person):
    assert UserSession.objects.get().user == person
    assert is_logged_in(browser)


def test_a_user_without_a_password_stays_logged_in(client, db):
    client.force_login(UserFactory(password=""))
    assert is_logged_in(client)


def test_log_out_deletes_the_row(browser):
    browser.post(LOG_OUT)
    assert not UserSession.objects.exists()
    assert not is_logged_in(browser)


def test_an_ended_session_is_deleted_from_the_browser(browser):
    UserSession.objects.all().delete()
    answer = browser.get(ME)
    assert answer.cookies[settings.SESSION_COOKIE_NAME].value == ""


def test_a_session_that_is_too_old_opens_nothing(browser):
    UserSession.objects.update(expire_date=timezone.now())
    assert not is_logged_in(browser)


def test_without_the_cache_sessions_are_the_same(browser, settings):
    other = copy_of(browser)
    here = settings.CACHES["default"]
    settings.CACHES = {"default": {**here, "LOCATION": "redis://127.0.0.1:1/0"}}
    assert is_logged_in(other)
    browser.post(LOG_OUT)
    assert not is_logged_in(other)


def test_a_session_saved_late_does_not_come_back(browser):
    key = browser.session.session_key
    late = SessionStore(key)
    late["acting_for"] = "somebody"
    browser.post(LOG_OUT)
    with pytest.raises(UpdateError):
        late.save()
    assert not UserSession.objects.filter(pk=key).exists()


def test_a_key_rotated_after_the_log_out_does_not_bring_the_session_back(browser):
    late = SessionStore(browser.session.session_key)
    assert late.keys()  # read before the log-out
    browser.post(LOG_OUT)
    with pytest.raises(SessionInterrupted):
        late.cycle_key()
    assert not UserSession.objects.exists()


def test_a_key_rotated_before_the_log_out_does_not_outlive_it(browser):
    other = copy_of(browser)  # its log-out was sent with the old key
    rotated = SessionStore(browser.session.session_key)
    rotated.cycle_key()
    rotated["x"] = 1
    rotated.save()
    other.post(LOG_OUT)
    assert not UserSession.objects.exists()


def test_a_rotated_key_is_not_ended_by_a_late_page(browser):
    other = copy_of(browser)
    SessionStore(browser.session.session_key).cycle_key()
    assert not is_logged_in(other)
    assert UserSession.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_rotating_and_logging_out_at_once_leaves_no_session(client):
    user = UserFactory()
    for _ in range(10):
        client.force_login(user)
        other, rotating = copy_of(client), SessionStore(client.session.session_key)
        assert rotating.keys()
        both = Barrier(2)

        def rotate(rotating=rotating, both=both):
            both.wait()
            with contextlib.suppress(SessionInterrupted):
                rotating.cycle_key()
            connection.close()

        thread = Thread(target=rotate)
        thread.start()
        both.wait()
        other.post(LOG_OUT)
        thread.join()
        assert not UserSession.objects.exists()


def test_a_row_of_another_user_is_not_ones_own(browser):
    UserSession.objects.update(user=UserFactory())
    assert not is_logged_in(browser)


def test_an_ended_session_leaves_nothing_to_the_next_log_in(browser, person):
    session = browser.session
    session["draft"] = "typed"
    session.save()
    UserSession.objects.all().delete()
    assert not is_logged_in(browser)
    browser.force_login(person)
    assert "draft" not in browser.session


def test_one_statement_reads_user_roles_and_session(browser, django_assert_num_queries):
    browser.get(ME)
    with django_assert_num_queries(1):
        browser.get(ME)


def test_the_sessions_of_a_user_who_is_deleted_go_too(browser, person):
    person.delete()
    assert not UserSession.objects.exists()
    assert not is_logged_in(browser)


def test_a_database_that_is_away_is_not_an_ended_session(browser, monkeypatch):
    def away(*args, **kwargs):
        raise OperationalError("the connection was lost")

    session = browser.session
    session["x"] = 1
    monkeypatch.setattr(UserSession, "save", away)
    with pytest.raises(OperationalError):
        session.save()


# -- Log-out, and what a browser keeps --------------------------------------------------


def test_at_log_out_the_browser_is_asked_to_empty_its_cache(browser):
    answer = browser.post(LOG_OUT)
    assert answer.headers["Clear-Site-Data"] == '"cache"'


def test_only_log_out_empties_the_cache(browser):
    assert "Clear-Site-Data" not in browser.get(LOG_OUT).headers
    assert "Clear-Site-Data" not in browser.get(ME).headers


# -- Sessions of the release before ----------------------------------------------------


def upgrade():
    migration = importlib.import_module("accounts.migrations.0007_user_sessions")
    with connection.schema_editor() as editor:
        migration.bring_sessions(apps, editor)


def old_session_of(client):
    """The row that the release before would have had of this browser's session."""
    now = client.session
    old = OldStore()
    old.update(dict(now))
    old.create()
    Session.objects.filter(pk=old.session_key).update(session_key=now.session_key)
    UserSession.objects.all().delete()


def test_people_stay_logged_in_over_the_upgrade(browser, person):
    old_session_of(browser)
    assert copy_of(browser).get(ME).status_code != 200
    upgrade()
    assert is_logged_in(browser)
    assert UserSession.objects.get().user == person
    assert not Session.objects.exists()


def test_sessions_of_strangers_and_of_users_who_are_gone_do_not_come_along(browser, person):
    old_session_of(browser)
    stranger = OldStore()
    stranger["draft"] = "x" * 1000
    stranger.create()
    person.delete()
    upgrade()
    assert not UserSession.objects.exists()
    assert not Session.objects.exists()


def test_the_upgrade_run_twice_gives_back_no_session_that_was_ended(browser):
    old_session_of(browser)
    upgrade()
    other = copy_of(browser)
    browser.post(LOG_OUT)
    upgrade()
    assert not is_logged_in(other)
