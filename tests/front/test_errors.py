import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from django.utils import translation

from serviceshop.http import errors

PAGES = [
    "400.html",
    "403.html",
    "403_csrf.html",
    "404.html",
    "405.html",
    "413.html",
    "429.html",
    "500.html",
    "503.html",
    "503_database.html",
    "mandate_ended.html",
]


@pytest.mark.parametrize("template", PAGES)
def test_error_pages_ask_the_database_nothing_and_say_whom_to_call(template, settings):
    request = RequestFactory().get("/")
    with translation.override("en"):
        html = render_to_string(template, request=request)  # no `db` fixture: a query would fail
    assert "Fjordvik kommune" in html
    assert settings.MUNICIPALITY_PHONE.replace(" ", "\N{NO-BREAK SPACE}") in html
    assert "Not for emergencies: call 113." in html


def test_a_page_that_is_not_there_is_said_in_words(db, client):
    response = client.get("/nowhere/")
    assert response.status_code == 404
    assert '<h1 class="ds-heading"' in response.text


def test_a_form_sent_from_a_stale_page_is_refused_in_words(db):
    response = Client(enforce_csrf_checks=True).post("/language/choose/", {"language": "nn"})
    assert response.status_code == 403
    assert "403_csrf.html" in [template.name for template in response.templates]


def test_our_own_fault_is_called_so():
    response = errors.server_error(RequestFactory().get("/"))
    assert response.status_code == 500
    assert b"data-color-scheme" in response.content


@pytest.mark.parametrize(
    ("address", "way_on"),
    [
        ("/wishes/make/", "/wishes/"),
        ("/settings/keys/create/", "/settings/keys/"),
        ("/book/", "/"),
        ("/view/choose/", "/"),
    ],
)
def test_an_address_one_can_only_send_to_says_so_and_shows_the_way(db, client, address, way_on):
    response = client.get(address)
    assert response.status_code == 405
    assert response.headers["Allow"] == "POST"
    assert '<h1 class="ds-heading"' in response.text
    assert f'class="ds-button" href="{way_on}"' in response.text


FORM = "application/x-www-form-urlencoded"
TOO_MUCH = "x" * (settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1)


@pytest.mark.parametrize(
    "sent",
    [
        lambda: {
            "data": f"language={TOO_MUCH}",
            "content_type": "application/x-www-form-urlencoded",
        },
        lambda: {"data": {"language": TOO_MUCH}},
        lambda: {"data": {"file": ContentFile(TOO_MUCH, "a.pdf")}},
        lambda: {"data": {"language": ["nb"] * (settings.DATA_UPLOAD_MAX_NUMBER_FIELDS + 1)}},
    ],
    ids=["form", "parts", "file", "fields"],
)
@pytest.mark.parametrize("is_checked", [True, False], ids=["checked", "unchecked"])
def test_more_than_anybody_needs_to_send_is_said_in_words(recipient, sent, is_checked):
    """Whoever reads the form first: what guards against forged ones, or the page."""
    client = Client(enforce_csrf_checks=is_checked)
    client.force_login(recipient.user)
    client.get("/me/")  # for a cookie
    response = client.post("/language/choose/", headers={"Origin": "http://testserver"}, **sent())
    assert response.status_code == 413
    assert '<h1 class="ds-heading"' in response.text
    assert "413.html" in [template.name for template in response.templates]


def test_a_small_file_is_not_looked_at(recipient):
    client = Client()
    client.force_login(recipient.user)
    file = ContentFile("x", "a.pdf")
    response = client.post("/language/choose/", {"language": "en", "file": file})
    assert response.status_code == 302
    assert not response.wsgi_request.FILES
    recipient.user.refresh_from_db()
    assert recipient.user.language == "en"


def test_programs_are_refused_in_their_own_words(db, client):
    response = client.put("/api/v1/bookings")
    assert response.status_code == 405
    assert response.headers["Content-Type"] == "application/json"
