"""What every page for logging in promises: headers, cookies, nothing inline."""

import re

import pytest
from django.conf import settings

DOORS = [
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


def promises(response):
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


@pytest.mark.parametrize("path", DOORS)
def test_doors_keep_their_promises(client, person, path):
    if path == "/accounts/logout/":
        client.force_login(person)
    promises(client.get(path))


@pytest.mark.parametrize("path", OWN)
def test_ones_own_pages_keep_their_promises(client, person, path):
    client.force_login(person)
    promises(client.get(path))


def test_nobody_keeps_a_copy_of_a_page_of_somebody_logged_in(client, person):
    client.force_login(person)
    assert client.get("/me/").headers["Cache-Control"] == "private, no-store"


def test_ones_own_pages_are_for_oneself(client, db):
    for path in ["/me/", "/accounts/password/change/", "/accounts/password/set/"]:
        assert client.get(path).url.startswith("/accounts/login/?next=")


def test_the_demonstrations_people_are_nowhere_else(client, person):
    page = client.get("/accounts/login/")
    assert "Aksel" not in page.text
    assert client.post("/demo/log-in/", {"person": "aksel"}).status_code == 404


def test_cookies_are_for_the_server_alone(client, person):
    response = client.post("/accounts/login/", {"login": person.email, "password": "old and long"})
    session = response.cookies[settings.SESSION_COOKIE_NAME]
    assert session["httponly"]
    assert session["samesite"] == "Lax"
    assert session["expires"] == ""  # ends with the browser
