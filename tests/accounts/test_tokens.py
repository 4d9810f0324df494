"""API tokens: created on a page or by a command, shown once, revocable."""

import datetime as dt
import re
import uuid

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.utils import timezone, translation
from django.utils.translation import gettext

from accounts import actions
from accounts.models import ApiToken
from accounts.tokens import PREFIX, digest
from tests.factories import UserFactory
from tests.reauthentication import logged_in_again

Scope = ApiToken.Scope
FORM = {"key": str(uuid.uuid4()), "name": "My robot", "scopes": ["bookings:read"], "days": "30"}


@pytest.fixture
def page(client, person):
    client.force_login(person)
    return logged_in_again(client)


@pytest.fixture
def token(person):
    token, _secret = actions.create_token(
        name="My robot", scopes=[Scope.READ_BOOKINGS], days=30, by=person
    )
    return token


def secret_in(text):
    return re.search(rf"{PREFIX}[\w-]+", text)[0]


def test_the_same_form_sent_again_makes_one_key(page, person):
    page.post("/settings/keys/create/", FORM)
    again = page.post("/settings/keys/create/", {**FORM, "name": "Another"}, follow=True)
    assert PREFIX not in again.text
    assert "You have made this key already" in again.text
    assert [token.name for token in person.api_tokens.all()] == ["My robot"]


def test_the_key_of_anothers_form_makes_nothing_and_shows_nothing(page, person):
    other, _secret = actions.create_token(name="Theirs", scopes=Scope, days=1, by=UserFactory())
    answer = page.post("/settings/keys/create/", {**FORM, "key": other.pk}, follow=True)
    assert "Theirs" not in answer.text
    assert not person.api_tokens.exists()


@pytest.mark.parametrize(
    ("name", "names"),
    [
        ("My robot", ["My robot", "My robot 2", "My robot 3"]),
        ("x" * 60, ["x" * 60, "x" * 58 + " 2", "x" * 58 + " 3"]),
    ],
)
def test_keys_of_the_same_name_have_different_labels(person, name, names):
    for _ in names:
        actions.create_token(name=name, scopes=Scope, days=1, by=person)
    actions.create_token(name=name, scopes=Scope, days=1, by=UserFactory())
    assert sorted(token.name for token in person.api_tokens.all()) == sorted(names)


def test_the_name_of_a_removed_key_can_be_used_again(person, token):
    actions.revoke_token(token=token, by=person)
    again, _secret = actions.create_token(name=token.name, scopes=Scope, days=1, by=person)
    assert again.name == token.name


def test_a_secret_is_shown_once_and_only_its_digest_is_stored(page, person):
    answer = page.post("/settings/keys/create/", FORM)
    secret = secret_in(answer.text)
    assert len(secret) > 50
    assert answer.headers["Cache-Control"] == "private, no-store"
    token = person.api_tokens.get()
    assert token.digest == digest(secret)
    assert token.scopes == ["bookings:read"]
    assert token.expires_at - token.created_at == pytest.approx(
        dt.timedelta(days=30), abs=dt.timedelta(seconds=5)
    )
    listed = page.get("/settings/keys/")
    assert "My robot" in listed.text
    assert PREFIX not in listed.text
    assert token.digest not in listed.text


@pytest.mark.parametrize(
    "wrong", [{"name": ""}, {"scopes": []}, {"scopes": ["everything"]}, {"days": "100000"}]
)
def test_an_invalid_form_creates_no_token(page, person, wrong):
    answer = page.post("/settings/keys/create/", FORM | wrong)
    assert answer.status_code == 200
    assert "error" in answer.text
    assert not person.api_tokens.exists()


def test_a_revoked_token_is_not_listed_and_keeps_its_first_time(page, token):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        page.post(f"/settings/keys/{token.pk}/revoke/")
        token.refresh_from_db()
        revoked_at = token.revoked_at
        assert revoked_at == timezone.now()
        clock.shift(60)
        page.post(f"/settings/keys/{token.pk}/revoke/")
    token.refresh_from_db()
    assert token.revoked_at == revoked_at
    assert "My robot" not in page.get("/settings/keys/").text


def test_another_users_token_is_neither_listed_nor_revoked(client, token):
    client.force_login(UserFactory())
    assert "My robot" not in client.get("/settings/keys/").text
    assert client.post(f"/settings/keys/{token.pk}/revoke/").status_code == 404
    token.refresh_from_db()
    assert token.revoked_at is None


def test_creating_and_revoking_require_post(page, token):
    assert page.get("/settings/keys/create/").status_code == 405
    assert page.get(f"/settings/keys/{token.pk}/revoke/").status_code == 405


def test_a_token_does_not_open_pages(client, person):
    _token, secret = actions.create_token(name="x", scopes=Scope, days=1, by=person)
    answer = client.get("/settings/keys/", headers={"Authorization": f"Bearer {secret}"})
    assert answer.url.startswith("/accounts/login/")


def test_the_number_of_queries_is_constant(page, person, django_assert_num_queries, token):
    page.get("/settings/keys/")
    counts = []
    for _ in range(2):
        with django_assert_num_queries(2) as queries:
            page.get("/settings/keys/")
        counts.append(len(queries))
        for _ in range(5):
            actions.create_token(name="x", scopes=Scope, days=1, by=person)


# -- The command --------------------------------------------------------------------


def test_the_command_prints_the_secret_on_its_last_line(person, capsys):
    call_command("create_token", "Kari@example.test")
    *_, last = capsys.readouterr().out.splitlines()
    token = person.api_tokens.get(digest=digest(last))
    assert token.scopes == sorted(Scope.values)
    with translation.override("nb"):
        assert token.name == gettext("Made by the municipality")


def test_the_command_sets_scopes_days_and_name(person, capsys):
    call_command(
        "create_token", person.email, "--scope", "bookings:read", "--days", "2", "--name", "Robot"
    )
    token = person.api_tokens.get()
    assert (token.name, token.scopes) == ("Robot", ["bookings:read"])
    left = token.expires_at - timezone.now()
    assert dt.timedelta(days=1, hours=23) < left <= dt.timedelta(days=2)


@pytest.mark.parametrize("days", [0, -1, 367])
def test_the_command_limits_the_days(person, days):
    with pytest.raises(CommandError):
        call_command("create_token", person.email, "--days", str(days))


def test_the_command_refuses_unknown_and_inactive_users(person):
    person.is_active = False
    person.save()
    for email in (person.email, "nobody@example.test"):
        with pytest.raises(CommandError, match="Nobody logs in"):
            call_command("create_token", email)
    assert not ApiToken.objects.exists()
