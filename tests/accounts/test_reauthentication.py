"""What gives lasting access takes another log-in; a new password or address ends the rest."""

import re
import time
import uuid

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from accounts import actions, known_devices
from accounts.models import ApiToken, Message, User, UserSession
from tests.factories import UserFactory
from tests.reauthentication import logged_in_again

AGAIN = reverse("accounts:log_in_again")
NEW_KEY = reverse("accounts:create_token")
KEY = {
    "key": str(uuid.uuid4()),
    "name": "My robot",
    "scopes": ["bookings:read", "bookings:write"],
    "days": "30",
}
NEW = {"password1": "three blue boats", "password2": "three blue boats"}


@pytest.fixture(autouse=True)
def english(person):
    person.language = "en"
    person.save()


@pytest.fixture
def browser(client, person):
    client.force_login(person)
    return client


@pytest.fixture
def other(person):
    """The same person's other browser."""
    other = Client()
    other.force_login(person)
    return other


@pytest.fixture
def key(person):
    return actions.create_token(name="x", scopes=list(ApiToken.Scope), days=30, by=person)[0]


def is_logged_in(client):
    return client.get(reverse("accounts:me")).status_code == 200


def code_in(mail):
    return re.search(r"\b\d{6}\b", mail.body)[0]


# -- Log in again -----------------------------------------------------------------------


def test_a_new_key_takes_a_log_in_and_loses_nothing_typed(browser, person, mailoutbox):
    assert browser.post(NEW_KEY, KEY).url == AGAIN
    assert not ApiToken.objects.exists()
    assert "Send me a code" in browser.get(AGAIN).text
    browser.post(AGAIN, {"action": "send"})
    made = browser.post(AGAIN, {"action": "code", "code": code_in(mailoutbox[0])})
    assert "tjenesteshop_" in made.text
    token = ApiToken.objects.get()
    assert (token.name, sorted(token.scopes)) == (KEY["name"], sorted(KEY["scopes"]))


def test_the_password_does_too(browser, person):
    browser.post(NEW_KEY, KEY)
    wrong = browser.post(AGAIN, {"action": "password", "password": "wrong"})
    assert "This is not the password you have now." in wrong.text
    assert not ApiToken.objects.exists()
    browser.post(AGAIN, {"action": "password", "password": "old and long"})
    assert ApiToken.objects.exists()


def test_it_lasts_five_minutes(browser):
    with time_machine.travel(time.time(), tick=False) as clock:
        logged_in_again(browser)
        clock.shift(299)
        assert browser.post(NEW_KEY, KEY).status_code == 200
        clock.shift(2)
        assert browser.post(NEW_KEY, KEY).url == AGAIN


def test_one_who_logged_in_again_is_not_another(browser):
    logged_in_again(browser)
    browser.force_login(UserFactory())
    assert browser.post(NEW_KEY, KEY).url == AGAIN


def test_a_form_that_is_not_filled_in_is_said_first(browser):
    assert browser.post(NEW_KEY, {**KEY, "name": ""}).status_code == 200


def test_a_new_email_takes_a_log_in(browser, person, mailoutbox):
    new = {"address": "new@example.test", "version": "1"}
    assert browser.post(reverse("accounts:email"), new).url == AGAIN
    assert not mailoutbox
    answer = browser.post(AGAIN, {"action": "password", "password": "old and long"})
    assert answer.url == reverse("accounts:email_code")
    assert mailoutbox[0].to == ["new@example.test"]


def test_a_new_phone_number_takes_a_log_in(browser, person):
    """Messages about visits go there."""
    new = {"address": "400 00 099", "version": "1"}
    assert browser.post(reverse("accounts:phone"), new).url == AGAIN
    assert User.objects.get().phone != "+4740000099"
    browser.post(AGAIN, {"action": "password", "password": "old and long"})
    assert User.objects.get().phone == "+4740000099"


def test_a_first_password_takes_a_log_in(browser, person):
    User.objects.update(password="!")
    browser.force_login(User.objects.get())
    set_password = reverse("account_set_password")
    assert browser.get(set_password).url == AGAIN
    assert browser.post(set_password, NEW).url == AGAIN
    assert not User.objects.get().has_usable_password()
    assert "password" not in str(browser.session["suspended"]["fields"])
    logged_in_again(browser)
    assert browser.get(set_password).status_code == 200


def test_three_wrong_codes_end_it(browser, mailoutbox):
    browser.post(NEW_KEY, KEY)
    browser.post(AGAIN, {"action": "send"})
    wrong = "000000" if code_in(mailoutbox[0]) != "000000" else "111111"
    for code in [wrong] * 3 + [code_in(mailoutbox[0])]:
        browser.post(AGAIN, {"action": "code", "code": code})
    assert not ApiToken.objects.exists()


def test_strangers_can_not_use_up_ones_tries(browser, person):
    stranger = Client()
    for _ in range(6):
        stranger.post(reverse("account_login"), {"login": person.email, "password": "wrong"})
    browser.post(NEW_KEY, KEY)
    browser.post(AGAIN, {"action": "password", "password": "old and long"})
    assert ApiToken.objects.exists()


def test_a_code_to_log_in_is_none_to_log_in_again(browser, person, mailoutbox):
    stranger = Client()
    stranger.post(reverse("account_request_login_code"), {"email": person.email})
    browser.post(NEW_KEY, KEY)
    browser.post(AGAIN, {"action": "send"})
    browser.post(AGAIN, {"action": "code", "code": code_in(mailoutbox[0])})
    assert not ApiToken.objects.exists()
    stranger.post(reverse("account_confirm_login_code"), {"code": code_in(mailoutbox[1])})
    assert not is_logged_in(stranger)


def test_nothing_waits_for_who_came_by_themselves(browser):
    answer = browser.post(AGAIN, {"action": "password", "password": "old and long"})
    assert answer.url == "/"


# -- What a new password or address ends -------------------------------------------------


def test_a_changed_password_ends_all_other_sessions(browser, other, person):
    browser.post(reverse("account_change_password"), {"oldpassword": "old and long", **NEW})
    assert is_logged_in(browser)
    assert UserSession.objects.count() == 1
    assert not is_logged_in(other)


def test_a_first_password_ends_all_other_sessions(person):
    User.objects.update(password="!")
    browsers = [Client(), Client()]
    for browser in browsers:
        browser.force_login(User.objects.get())
    logged_in_again(browsers[0]).post(reverse("account_set_password"), NEW)
    assert [is_logged_in(browser) for browser in browsers] == [True, False]
    assert UserSession.objects.count() == 1


def test_a_password_by_link_ends_all_sessions(browser, other, person, mailoutbox):
    stranger = Client()
    stranger.post(reverse("account_reset_password"), {"email": person.email})
    link = re.search(r"http://testserver(/\S+)", mailoutbox[0].body)[1]
    form_at = stranger.get(link, follow=True).redirect_chain[-1][0]
    stranger.post(form_at, NEW)
    assert not UserSession.objects.filter(user=person).exists()
    assert not is_logged_in(browser)
    assert not is_logged_in(other)


def change_email(browser, mailoutbox, **more):
    logged_in_again(browser).post(
        reverse("accounts:email"), {"address": "new@example.test", "version": "1"}
    )
    code = code_in(mailoutbox[-1])
    return browser.post(reverse("accounts:email_code"), {"code": code, **more})


def test_a_changed_email_ends_all_other_sessions(browser, other, person, mailoutbox):
    change_email(browser, mailoutbox)
    assert is_logged_in(browser)
    assert not is_logged_in(other)
    person.refresh_from_db()
    assert person.email == "new@example.test"


def test_the_browser_is_known_for_the_new_email(browser, person, mailoutbox):
    change_email(browser, mailoutbox)
    cookies = {name: cookie.value for name, cookie in browser.cookies.items()}
    request = type("Request", (), {"COOKIES": cookies})
    assert known_devices.is_known(request, "new@example.test")


def test_an_email_changed_by_staff_ends_all_sessions(browser, person):
    actions.change_address(
        user=person, channel=Message.Channel.EMAIL, address="new@example.test", by=UserFactory()
    )
    assert not is_logged_in(browser)


def test_a_changed_number_ends_no_session(browser, other, person):
    actions.change_address(user=person, channel=Message.Channel.SMS, address="22334455", by=person)
    assert is_logged_in(other)


@pytest.mark.parametrize("asked", [False, True])
def test_keys_end_with_the_password_on_request(browser, person, key, asked):
    change = reverse("account_change_password")
    assert 'name="end_keys"' in browser.get(change).text
    more = {"end_keys": "on"} if asked else {}
    browser.post(change, {"oldpassword": "old and long", **NEW, **more})
    key.refresh_from_db()
    assert (key.revoked_at is not None) == asked


@pytest.mark.parametrize("asked", [False, True])
def test_keys_end_with_the_email_on_request(browser, person, key, mailoutbox, asked):
    change_email(browser, mailoutbox, **({"end_keys": "on"} if asked else {}))
    key.refresh_from_db()
    assert (key.revoked_at is not None) == asked


def test_keys_end_with_a_password_by_link_on_request(person, key, mailoutbox):
    stranger = Client()
    stranger.post(reverse("account_reset_password"), {"email": person.email})
    link = re.search(r"http://testserver(/\S+)", mailoutbox[0].body)[1]
    form_at = stranger.get(link, follow=True).redirect_chain[-1][0]
    stranger.post(form_at, {**NEW, "end_keys": "on"})
    key.refresh_from_db()
    assert key.revoked_at is not None


def test_a_wrong_old_password_ends_nothing(browser, other, person, key):
    browser.post(
        reverse("account_change_password"), {"oldpassword": "wrong", **NEW, "end_keys": "on"}
    )
    key.refresh_from_db()
    assert key.revoked_at is None
    assert is_logged_in(other)


def test_others_keys_stay_and_who_has_none_is_not_asked(browser, person, key):
    stranger = UserFactory(password="old and long")
    client = Client()
    client.force_login(stranger)
    change = reverse("account_change_password")
    assert 'name="end_keys"' not in client.get(change).text
    client.post(change, {"oldpassword": "old and long", **NEW, "end_keys": "on"})
    key.refresh_from_db()
    assert key.revoked_at is None
