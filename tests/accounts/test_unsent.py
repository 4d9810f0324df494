"""A form that is sent after the session ended is kept until its writer has logged in."""

import datetime as dt
import re
import uuid

import pytest
import time_machine
from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from accounts import actions, tasks, unsent
from accounts.models import ApiToken, UnsentForm, UserSession
from tests import factories

NEW_KEY = reverse("accounts:create_token")
UNSENT = reverse("accounts:unsent")
KEY = {
    "key": str(uuid.uuid4()),
    "name": "My own program",
    "scopes": ["bookings:read", "bookings:write"],
    "days": "30",
}
NOW = dt.datetime(2026, 11, 24, 8, 0, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def english(person):
    person.language = "en"
    person.save()


@pytest.fixture
def browser(client, person):
    """A logged-in browser with an open page."""
    client.force_login(person)
    client.get(reverse("accounts:tokens"))
    return client


def end_session(browser):
    del browser.cookies[settings.SESSION_COOKIE_NAME]


def log_in_again(browser, user):
    browser.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[0])


def next_of(response):
    assert response.url.startswith(reverse("account_login"))
    return response.url.partition("next=")[2]


def after(refused, browser):
    """The page that the writer sees after the log-in."""
    return browser.get(next_of(refused), follow=True)


def kept():
    return UnsentForm.objects.exists()


def test_the_writer_sees_the_form_again_with_what_was_typed(browser, person):
    end_session(browser)
    refused = browser.post(NEW_KEY, KEY)
    assert next_of(refused) == UNSENT
    assert "program" not in refused.url

    log_in_again(browser, person)
    page = after(refused, browser)
    assert page.redirect_chain == [(reverse("accounts:tokens"), 302)]
    assert "You were logged out before this was sent" in page.text
    assert 'value="My own program"' in page.text
    chosen = re.findall(r'value="([^"]*)"[^>]* checked', page.text)
    assert chosen == ["bookings:read", "bookings:write", "30"]
    assert not ApiToken.objects.exists(), "nothing is sent automatically"
    assert not kept()
    assert "My own program" not in browser.get(reverse("accounts:tokens")).text


def test_a_button_says_what_it_does_and_then_does_it(browser, person):
    token, _secret = actions.create_token(name="Old", scopes=["bookings:read"], days=9, by=person)
    url = reverse("accounts:revoke_token", args=[token.pk])
    end_session(browser)
    refused = browser.post(url)
    log_in_again(browser, person)
    page = after(refused, browser)
    assert "Do you want to remove the key “Old”?" in page.text
    assert ">Remove the key</button>" in page.text
    assert f'action="{url}"' in page.text
    browser.post(url)
    assert not ApiToken.objects.unrevoked().exists()
    assert not kept(), "once sent, it is deleted"
    assert "Nothing was sent" in browser.get(UNSENT).text


def test_nothing_is_sent_when_the_thing_is_gone(browser, person):
    token, _secret = actions.create_token(name="Old", scopes=["bookings:read"], days=9, by=person)
    end_session(browser)
    refused = browser.post(reverse("accounts:revoke_token", args=[token.pk]))
    actions.revoke_token(token=token, by=person)
    log_in_again(browser, person)
    page = after(refused, browser)
    assert "Nothing was sent" in page.text
    assert "Old" not in page.text
    assert not kept()


def test_the_writer_may_discard_it_and_returns_to_the_page_of_the_form(browser, person):
    end_session(browser)
    browser.post(NEW_KEY, KEY)
    log_in_again(browser, person)
    response = browser.post(reverse("accounts:forget_unsent"))
    assert response.url == reverse("accounts:tokens")
    assert not kept()
    assert not ApiToken.objects.exists()


def test_another_user_of_the_browser_does_not_see_it(browser):
    end_session(browser)
    browser.post(NEW_KEY, KEY)
    log_in_again(browser, factories.UserFactory())
    page = browser.get(UNSENT)
    assert "Nothing was sent" in page.text
    assert "My own" not in page.text
    assert "My own" not in browser.get(reverse("accounts:tokens")).text


def test_another_browser_of_the_same_user_sees_nothing_of_it(browser, person):
    end_session(browser)
    browser.post(NEW_KEY, KEY)
    other = type(browser)()
    log_in_again(other, person)
    assert "Nothing was sent" in other.get(UNSENT).text
    other.cookies[unsent.FORM_COOKIE] = "00000000-0000-4000-8000-000000000000"
    assert "Nothing was sent" in other.get(UNSENT).text


def test_a_browser_without_the_cookie_keeps_nothing(client, db):
    refused = client.post(NEW_KEY, KEY)
    assert next_of(refused) == reverse("accounts:tokens")
    assert settings.SESSION_COOKIE_NAME not in client.cookies
    assert not UserSession.objects.exists()
    assert not kept()


def test_a_forged_cookie_is_ignored(client, person):
    client.cookies[unsent.COOKIE] = f"{person.pk} :made-up"
    assert next_of(client.post(NEW_KEY, KEY)) == reverse("accounts:tokens")


def test_of_many_forms_the_last_is_kept_and_no_session(browser, person):
    end_session(browser)
    UserSession.objects.all().delete()
    for number in range(5):
        browser.post(NEW_KEY, {**KEY, "name": f"Program {number}"})
    assert UnsentForm.objects.count() == 1
    assert not UserSession.objects.exists()
    log_in_again(browser, person)
    assert "Program 4" in browser.get(UNSENT, follow=True).text


def test_forms_that_nobody_came_back_to_are_swept(browser):
    end_session(browser)
    browser.post(NEW_KEY, KEY)
    tasks.tidy_logins()
    assert kept()
    UnsentForm.objects.update(at=timezone.now() - unsent.KEPT_FOR)
    tasks.tidy_logins()
    assert not kept()


def test_a_very_long_form_is_not_kept(browser):
    end_session(browser)
    refused = browser.post(NEW_KEY, {"name": "x" * (unsent.LARGEST + 1)})
    assert next_of(refused) == reverse("accounts:tokens")


def test_secrets_are_not_kept(browser):
    end_session(browser)
    browser.post(NEW_KEY, {**KEY, "old_password": "x y", "csrfmiddlewaretoken": "x" * 64})
    assert {name for name, _value in UnsentForm.objects.get().fields} == KEY.keys()


def test_it_is_deleted_after_an_hour(browser, person):
    with time_machine.travel(NOW, tick=False) as clock:
        log_in_again(browser, person)
        browser.get(reverse("accounts:tokens"))
        end_session(browser)
        browser.post(NEW_KEY, KEY)
        log_in_again(browser, person)
        clock.shift(dt.timedelta(minutes=59))
        assert browser.get(UNSENT).url == reverse("accounts:tokens")
        clock.shift(dt.timedelta(minutes=2))
        assert "Nothing was sent" in browser.get(UNSENT).text


def test_it_is_sent_for_the_person_it_was_written_for(browser, person, recipient):
    person.acts_for_others = True
    person.save()
    mandate = factories.MandateFactory(recipient=recipient, holder=person, guardian=True)
    browser.post(reverse("booking:choose_person"), {"person": str(recipient.pk)})
    assert browser.get(reverse("booking:calendar")).status_code == 200
    end_session(browser)
    service = recipient.grants.get().service
    browser.post(reverse("booking:make_wish"), {"service": service.pk, "date": "2026-12-01"})
    log_in_again(browser, person)
    page = browser.get(UNSENT)
    assert "Do you want us to tell you if a time opens on Tuesday 1 December?" in page.text
    assert f"You are acting for {recipient.full_name}" in page.text
    assert mandate.holder == person


def test_the_cookie_is_safe_and_ends_with_the_session(browser):
    cookie = browser.cookies[unsent.COOKIE]
    assert (cookie["httponly"], cookie["samesite"], cookie["max-age"]) == (True, "Lax", "")
