import pytest
from django.template.loader import render_to_string
from django.test import Client, RequestFactory

from serviceshop import errors

PAGES = ["400.html", "403.html", "403_csrf.html", "404.html", "429.html", "500.html", "503.html"]


@pytest.mark.parametrize("template", PAGES)
def test_error_pages_ask_the_database_nothing(template, settings):
    request = RequestFactory().get("/")
    html = render_to_string(template, request=request)  # no `db` fixture: a query would fail
    assert "Fjordvik kommune" in html
    assert settings.MUNICIPALITY_PHONE.replace(" ", "\N{NO-BREAK SPACE}") in html


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
