"""The health check."""

import pytest
from django.db import OperationalError


@pytest.mark.django_db
def test_it_is_200_while_the_database_answers(client, django_assert_num_queries):
    with django_assert_num_queries(1):
        answer = client.get("/healthz")
    assert answer.status_code == 200
    assert answer.json() == {"database": "reachable"}
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.django_db
def test_it_is_503_without_the_database_and_reveals_no_details(client, monkeypatch):
    def fail(*_):
        raise OperationalError("connection to server at 10.0.0.7 failed, user serviceshop")

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr("serviceshop.health.connection.cursor", fail)
        answer = client.get("/healthz")
    assert answer.status_code == 503
    assert answer.json() == {"database": "unreachable"}


@pytest.mark.django_db
def test_it_works_without_https(client, settings):
    settings.SECURE_SSL_REDIRECT = True
    assert client.get("/healthz").status_code == 200


def test_it_refuses_post(client):
    assert client.post("/healthz").status_code == 405
