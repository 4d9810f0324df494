"""Keys that people give to programs: made on a page or by a command, told once, revocable."""

import datetime as dt
import re

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
ASKED = {"name": "My robot", "scopes": ["bookings:read"], "days": "30"}


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


def test_a_key_is_shown_once_and_only_its_hash_is_kept(page, person):
    answer = page.post("/settings/keys/create/", ASKED)
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
def test_a_form_that_is_not_filled_in_makes_no_key(page, person, wrong):
    answer = page.post("/settings/keys/create/", ASKED | wrong)
    assert answer.status_code == 200
    assert "error" in answer.text
    assert not person.api_tokens.exists()


def test_a_removed_key_is_gone_from_the_list_and_stays_revoked_since_then(page, token):
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


def test_somebody_elses_key_is_neither_seen_nor_removed(client, token):
    client.force_login(UserFactory())
    assert "My robot" not in client.get("/settings/keys/").text
    assert client.post(f"/settings/keys/{token.pk}/revoke/").status_code == 404
    token.refresh_from_db()
    assert token.revoked_at is None


def test_a_key_is_neither_made_nor_removed_by_a_link(page, token):
    assert page.get("/settings/keys/create/").status_code == 405
    assert page.get(f"/settings/keys/{token.pk}/revoke/").status_code == 405


def test_a_key_opens_no_page(client, person):
    _token, secret = actions.create_token(name="x", scopes=Scope, days=1, by=person)
    answer = client.get("/settings/keys/", headers={"Authorization": f"Bearer {secret}"})
    assert answer.url.startswith("/accounts/login/")


def test_the_list_asks_as_often_for_many_keys(page, person, django_assert_num_queries, token):
    page.get("/settings/keys/")
    counts = []
    for _ in range(2):
        with django_assert_num_queries(2) as asked:
            page.get("/settings/keys/")
        counts.append(len(asked))
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


def test_the_command_gives_the_scopes_and_days_that_were_asked_for(person, capsys):
    call_command(
        "create_token", person.email, "--scope", "bookings:read", "--days", "2", "--name", "Robot"
    )
    token = person.api_tokens.get()
    assert (token.name, token.scopes) == ("Robot", ["bookings:read"])
    left = token.expires_at - timezone.now()
    assert dt.timedelta(days=1, hours=23) < left <= dt.timedelta(days=2)


@pytest.mark.parametrize("days", [0, -1, 367])
def test_the_command_makes_no_key_for_ever(person, days):
    with pytest.raises(CommandError):
        call_command("create_token", person.email, "--days", str(days))


def test_the_command_knows_nobody_who_can_not_log_in(person):
    person.is_active = False
    person.save()
    for email in (person.email, "nobody@example.test"):
        with pytest.raises(CommandError, match="Nobody logs in"):
            call_command("create_token", email)
    assert not ApiToken.objects.exists()
