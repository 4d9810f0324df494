"""Security of the log-in pages: headers, cookies, nothing inline."""

import re

import pytest
from django.conf import settings

LOGIN_PAGES = [
    "/accounts/login/",
    "/accounts/login/?way=password",
    "/accounts/login/code/",
    "/accounts/password/reset/",
    "/accounts/password/reset/done/",
    "/accounts/password/reset/key/a-set-password/",
    "/accounts/password/reset/key/done/",
    "/accounts/inactive/",
    "/accounts/logout/",
]
OWN = ["/me/", "/accounts/password/change/", "/accounts/logout/"]


def assert_safe(response):
    assert response.status_code == 200
    policy = response.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert response.headers["X-Frame-Options"] == "DENY"
    assert response.headers["Referrer-Policy"] == "same-origin"
    assert not re.search(r"\sstyle=|<style|\son\w+=", response.text)
    assert not re.search(r"<script(?![^>]* src=)", response.text)
    assert response.text.count("<h1") == 1
    # Nothing from elsewhere: every address in the page is our own.
    assert not re.findall(r'(?:src|href|action)="(?:https?:)?//', response.text)
    assert {
        template.name.split("/")[0] for template in response.templates if template.name
    }.isdisjoint({"allauth"})


@pytest.mark.parametrize("path", LOGIN_PAGES)
def test_log_in_pages_are_safe(client, person, path):
    if path == "/accounts/logout/":
        client.force_login(person)
    assert_safe(client.get(path))


@pytest.mark.parametrize("path", OWN)
def test_profile_pages_are_safe(client, person, path):
    client.force_login(person)
    assert_safe(client.get(path))


def test_pages_of_logged_in_users_are_not_stored(client, person):
    client.force_login(person)
    assert client.get("/me/").headers["Cache-Control"] == "private, no-store"


def test_profile_pages_require_log_in(client, db):
    for path in ["/me/", "/accounts/password/change/", "/accounts/password/set/"]:
        assert client.get(path).url.startswith("/accounts/login/?next=")


def test_the_demonstrations_log_in_does_not_exist_elsewhere(client, person):
    page = client.get("/accounts/login/")
    assert "Aksel" not in page.text
    assert client.post("/demo/log-in/", {"person": "aksel"}).status_code == 404


def test_the_session_cookie_is_safe(client, person):
    response = client.post("/accounts/login/", {"login": person.email, "password": "old and long"})
    session = response.cookies[settings.SESSION_COOKIE_NAME]
    assert session["httponly"]
    assert session["samesite"] == "Lax"
    assert session["expires"] == ""  # ends with the browser
