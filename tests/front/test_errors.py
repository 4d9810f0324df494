"""Error pages, and what happens to forms that are refused."""

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
def test_error_pages_need_no_query_and_show_phone_numbers(template, settings):
    request = RequestFactory().get("/")
    with translation.override("en"):
        html = render_to_string(template, request=request)  # no `db` fixture: a query would fail
    assert "Fjordvik kommune" in html
    assert settings.MUNICIPALITY_PHONE.replace(" ", "\N{NO-BREAK SPACE}") in html
    assert "Is life in danger? Call 113." in html


def test_an_unknown_url_gets_the_404_page(db, client):
    response = client.get("/nowhere/")
    assert response.status_code == 404
    assert '<h1 class="ds-heading"' in response.text


@pytest.mark.parametrize("who", ["administrator", "care_worker"])
def test_error_pages_of_staff_have_their_menu(client, request, who):
    client.force_login(request.getfixturevalue(who))
    for url in ("/nowhere/", "/wishes/make/"):
        response = client.get(url)
        assert "base_staff.html" in [template.name for template in response.templates]
        assert response.context["menu"][0].url in response.text


def test_error_pages_of_recipients_have_their_menu_in_either_view(client, recipient):
    client.force_login(recipient.user)
    assert 'href="/bookings/"' in client.get("/nowhere/").text
    recipient.user.preferences = {"view": "simple"}
    recipient.user.save()
    assert 'class="simple"' in client.get("/nowhere/").text


def test_a_form_without_csrf_token_gets_the_403_page(db):
    response = Client(enforce_csrf_checks=True).post("/language/choose/", {"language": "nn"})
    assert response.status_code == 403
    assert "403_csrf.html" in [template.name for template in response.templates]


def test_server_errors_get_the_500_page():
    response = errors.server_error(RequestFactory().get("/"))
    assert response.status_code == 500
    assert b"data-color-scheme" in response.content


@pytest.mark.parametrize(
    ("url", "page"),
    [
        ("/wishes/make/", "/wishes/"),
        ("/settings/keys/create/", "/settings/keys/"),
        ("/book/", "/"),
        ("/view/choose/", "/"),
    ],
)
def test_a_post_only_url_gets_the_405_page_with_a_link_to_its_page(db, client, url, page):
    response = client.get(url)
    assert response.status_code == 405
    assert response.headers["Allow"] == "POST"
    assert '<h1 class="ds-heading"' in response.text
    assert f'class="ds-button" href="{page}"' in response.text


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
def test_too_large_a_form_gets_the_413_page(recipient, sent, is_checked):
    """Whether the CSRF check reads the form first, or the view."""
    client = Client(enforce_csrf_checks=is_checked)
    client.force_login(recipient.user)
    client.get("/me/")  # for a cookie
    response = client.post("/language/choose/", headers={"Origin": "http://testserver"}, **sent())
    assert response.status_code == 413
    assert '<h1 class="ds-heading"' in response.text
    assert "413.html" in [template.name for template in response.templates]


def test_a_small_file_is_discarded(recipient):
    client = Client()
    client.force_login(recipient.user)
    file = ContentFile("x", "a.pdf")
    response = client.post("/language/choose/", {"language": "en", "file": file})
    assert response.status_code == 302
    assert not response.wsgi_request.FILES
    recipient.user.refresh_from_db()
    assert recipient.user.language == "en"


def test_api_errors_are_json(db, client):
    response = client.put("/api/v1/bookings")
    assert response.status_code == 405
    assert response.headers["Content-Type"] == "application/json"
