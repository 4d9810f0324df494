"""A kept connection is looked at without a journey, and replaced when its server went away."""

import psycopg
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def health_checks():
    connection.ensure_connection()
    connection.health_check_enabled, connection.health_check_done = True, False
    yield
    connection.close()


def first_question():
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return cursor.fetchone()[0]


def asked_of_the_server(monkeypatch):
    asked = []
    execute = psycopg.Cursor.execute
    monkeypatch.setattr(
        psycopg.Cursor,
        "execute",
        lambda self, query, *args, **kwargs: (
            asked.append(query) or execute(self, query, *args, **kwargs)
        ),
    )
    return asked


def test_a_connection_that_is_well_costs_no_statement(health_checks, monkeypatch):
    asked = asked_of_the_server(monkeypatch)
    with CaptureQueriesContext(connection):
        first_question()
    assert connection.health_check_done
    assert "SELECT 1" not in asked


def test_one_whose_server_went_away_is_replaced_before_the_first_question(health_checks):
    pid = connection.connection.info.backend_pid
    with psycopg.connect(connection.connection.info.dsn, password=password()) as other:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
    assert first_question() != pid


def test_after_an_error_it_is_asked_for_certain(health_checks, monkeypatch):
    asked = asked_of_the_server(monkeypatch)
    connection.errors_occurred = True
    assert connection.is_usable()
    assert "SELECT 1" in asked


def test_a_connection_that_was_closed_is_not_usable(health_checks):
    connection.connection.close()
    assert not connection.is_usable()


def password():
    return connection.settings_dict["PASSWORD"]
