"""Behind PgBouncer in transaction mode: its own program, where it is installed."""

import os
import runpy
import shutil
import socket
import subprocess
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from statistics import median
from urllib.parse import urlsplit

import pytest
from django.conf import settings as project
from django.core.checks import run_checks
from django.db import OperationalError, connection, connections
from django.urls import reverse
from django.utils import timezone

from booking.models import Booking
from departments.hours import DAY
from tests.booking.conftest import TOMORROW
from tests.factories import local
from tests.web import until

PGBOUNCER = shutil.which("pgbouncer", path=f"{os.environ['PATH']}:/usr/sbin")

pytestmark = pytest.mark.django_db(transaction=True)

CONFIGURATION = """
[databases]
* = host={host} port={server_port}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = plain
auth_file = {folder}/users
pool_mode = transaction
default_pool_size = 2
"""


def _listens(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture(scope="module")
def pooler():
    """The port of a PgBouncer that has two connections to the tests' server. No wheel brings
    it: without it these tests are skipped."""
    if PGBOUNCER is None:
        pytest.skip("pgbouncer is not installed")
    url = urlsplit(os.environ["DATABASE_URL"])
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)  # PgBouncer does not run as root, and reads these as nobody
        (folder / "users").write_text(f'"{url.username}" "{url.password}"\n')
        (folder / "pgbouncer.ini").write_text(
            CONFIGURATION.format(host=url.hostname, server_port=url.port, port=port, folder=folder)
        )
        as_nobody = ["--user=nobody"] if os.geteuid() == 0 else []
        process = subprocess.Popen(
            [PGBOUNCER, "--quiet", *as_nobody, folder / "pgbouncer.ini"],
            stderr=subprocess.DEVNULL,
        )
        try:
            until(lambda: _listens(port))
            yield port
        finally:
            process.kill()
            process.wait()


@pytest.fixture
def pooled(pooler, transactional_db, monkeypatch):
    """The test's database through the pooler, with the settings for one, in all threads."""
    monkeypatch.setenv("DATABASE_POOLER", "1")
    read = runpy.run_path(project.BASE_DIR / "serviceshop" / "settings.py")["DATABASES"]["default"]
    connection.close()
    direct = {**connection.settings_dict}
    for name in ("OPTIONS", "DISABLE_SERVER_SIDE_CURSORS"):
        monkeypatch.setitem(connection.settings_dict, name, read[name])
    monkeypatch.setitem(connection.settings_dict, "HOST", "127.0.0.1")
    monkeypatch.setitem(connection.settings_dict, "PORT", pooler)
    yield direct
    connection.close()  # before the settings are the test's again


def test_without_the_setting_the_pooler_refuses_the_connection(pooled, monkeypatch):
    with monkeypatch.context() as context:
        context.setitem(connection.settings_dict, "OPTIONS", {"options": "-c lock_timeout=2s"})
        with pytest.raises(OperationalError, match="unsupported startup parameter"):
            connection.ensure_connection()


def test_bookings_and_pages_need_no_prepared_statements(
    pooled, hours, book, client, someone, clock
):
    hours(staff=2)
    recipient = someone()
    for number in range(8):  # more than it takes to prepare a statement
        book(local(TOMORROW, 8 + number % 4 * 2), recipient if number == 0 else None)
    client.force_login(recipient.user)
    assert client.get(reverse("booking:calendar")).status_code == 200
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_prepared_statements WHERE NOT from_sql")
        assert cursor.fetchone() == (0,)
    assert Booking.objects.count() == 8


def test_more_clients_than_connections_book_at_once(pooled, hours, book, someone):
    """Several statements in one round trip stay with the connection of their transaction."""
    hours(staff=3)
    people = [someone() for _ in range(12)]
    date = timezone.localdate() + 2 * DAY

    def run(number):
        try:
            return book(local(date, 8 + number % 4 * 2), people[number]).pk
        finally:
            connections.close_all()

    with ThreadPoolExecutor(6) as pool:
        assert len(set(pool.map(run, range(12)))) == 12


def test_what_it_costs_is_printed(pooled, hours, book, someone, figure):
    hours(staff=8)
    people = iter([someone() for _ in range(32)])
    for way, values in (("through PgBouncer", {}), ("directly", pooled)):
        connection.close()
        connection.settings_dict.update(values)
        seconds = []
        for number in range(16):
            recipient, before = next(people), time.perf_counter()
            book(local(timezone.localdate() + 2 * DAY, 8 + number % 4 * 2), recipient)
            seconds.append(time.perf_counter() - before)
        figure(f"Booking {way}, ms", round(1000 * median(seconds), 1))
    assert Booking.objects.count() == 32


@pytest.fixture
def unlimited(monkeypatch, transactional_db, settings):
    """A connection for which only the role sets limits, as behind a pooler."""
    settings.DATABASE_POOLER = True
    connection.close()
    monkeypatch.setitem(connection.settings_dict, "OPTIONS", {})
    yield
    connection.close()


@pytest.mark.parametrize("limits", [{}, {"lock_timeout": "5s"}, {"statement_timeout": "30s"}])
def test_a_role_without_limits_is_reported(unlimited, limits):
    missing = {"lock_timeout", "statement_timeout"} - {*limits}
    with connection.cursor() as cursor:
        for name, value in limits.items():
            cursor.execute(f"SET {name} = '{value}'")
    (message,) = run_checks(tags=["database"], databases=["default"])
    assert all(name in message.msg for name in missing)
    assert not any(name in message.msg for name in limits)


def test_a_role_with_limits_is_not_reported(unlimited):
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '5s'; SET statement_timeout = '30s'")
    assert run_checks(tags=["database"], databases=["default"]) == []
