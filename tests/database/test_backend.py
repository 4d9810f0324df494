"""The health check of a persistent connection: no round trip, and dead ones are replaced."""

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


def backend_pid():
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return cursor.fetchone()[0]


def executed_by_driver(monkeypatch):
    executed = []
    execute = psycopg.Cursor.execute
    monkeypatch.setattr(
        psycopg.Cursor,
        "execute",
        lambda self, query, *args, **kwargs: (
            executed.append(query) or execute(self, query, *args, **kwargs)
        ),
    )
    return executed


def test_a_healthy_connection_costs_no_statement(health_checks, monkeypatch):
    executed = executed_by_driver(monkeypatch)
    with CaptureQueriesContext(connection):
        backend_pid()
    assert connection.health_check_done
    assert "SELECT 1" not in executed


def test_a_terminated_connection_is_replaced_before_the_first_query(health_checks):
    pid = connection.connection.info.backend_pid
    with psycopg.connect(connection.connection.info.dsn, password=password()) as other:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
    assert backend_pid() != pid


def test_after_an_error_the_server_is_queried(health_checks, monkeypatch):
    executed = executed_by_driver(monkeypatch)
    connection.errors_occurred = True
    assert connection.is_usable()
    assert "SELECT 1" in executed


def test_a_closed_connection_is_not_usable(health_checks):
    connection.connection.close()
    assert not connection.is_usable()


def password():
    return connection.settings_dict["PASSWORD"]
