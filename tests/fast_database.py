"""The tests' databases: copies of one that is migrated, and emptied of what a test committed.

Migrations take seconds and a copy a tenth of one. The server keeps the migrated database, the
template, between runs; a change in what it is made from gives it another name.
"""

import hashlib
import time
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction

PREFIX = "test_template_"
LOCK = 8062019  # held by whoever makes or copies a template; any number that nothing else locks
# What ``migrate`` wrote, and needs no writing again after each test.
KEPT = {"django_migrations", "django_content_type", "auth_permission"}
_kept = {}  # the tables that each ``load_kept`` has filled in this process


@contextmanager
def copied_database():
    """Use a fresh copy of the template for as long as the block lasts."""
    creation, template = connection.creation, template_name()
    original, copy = connection.settings_dict["NAME"], creation._get_test_db_name()
    with creation._nodb_cursor() as cursor:
        cursor.execute("SET lock_timeout = 0; SET statement_timeout = 0")
        _lock(cursor)
        if not creation._database_exists(cursor, template):
            _make(template, cursor)
            _use(original)
        cursor.execute(f'DROP DATABASE IF EXISTS "{copy}" WITH (FORCE)')
        cursor.execute(f'CREATE DATABASE "{copy}" TEMPLATE "{template}"')
    _use(copy)
    yield
    _use(original)
    with creation._nodb_cursor() as cursor:
        # A server that tests have started may still be closing its last connection.
        cursor.execute(f'DROP DATABASE "{copy}" WITH (FORCE)')


def _lock(cursor):
    """Ask again and again: the connection gives up when an answer takes as long as another
    process may need to make the template."""
    while True:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
        (is_held,) = cursor.fetchone()
        if is_held:
            return
        time.sleep(0.1)


@contextmanager
def empty_database(name):
    """Use a database without any table for as long as the block lasts."""
    creation, original = connection.creation, connection.settings_dict["NAME"]
    name = f"{original}_{name}"
    with creation._nodb_cursor() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}"')
        cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE template0')
    _use(name)
    try:
        yield
    finally:
        _use(original)
        with creation._nodb_cursor() as cursor:
            cursor.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def template_name():
    """Named by what decides which tables there are: migrations, models and the versions of
    Django and allauth."""
    root = Path(__file__).resolve().parent.parent
    digest = hashlib.sha256(f"{version('django')} {version('django-allauth')}".encode())
    for app in sorted(path.parent for path in root.glob("*/migrations")):
        for path in sorted(app.rglob("*.py")):
            if {"models", "migrations"} & {path.stem, *path.parts}:
                digest.update(path.read_bytes())
    return PREFIX + digest.hexdigest()[:16]


def _make(template, cursor):
    """Under another name until it is whole; older templates go."""
    cursor.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [PREFIX])
    for (name,) in cursor.fetchall():
        cursor.execute(f'DROP DATABASE "{name}"')
    test_settings = connection.settings_dict["TEST"]
    own_name = test_settings["NAME"]
    test_settings["NAME"] = unfinished = f"{PREFIX}unfinished"
    try:
        connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    finally:
        test_settings["NAME"] = own_name
    connection.close()
    cursor.execute(f'ALTER DATABASE "{unfinished}" RENAME TO "{template}"')


def _use(name):
    connection.close()
    settings.DATABASES[connection.alias]["NAME"] = connection.settings_dict["NAME"] = name


def load_kept(name, load):
    """Call ``load``, which fills the empty database; later calls by this process only copy the
    rows that it wrote. It has to write the same each time."""
    schema = f"kept_{name}"
    with transaction.atomic(), connection.cursor() as cursor:
        if name in _kept:
            for table in _kept[name]:
                cursor.execute(f'INSERT INTO "{table}" TABLE {schema}."{table}"')
            return
        load()
        cursor.execute(f"CREATE SCHEMA {schema}")
        _kept[name] = _tables_with_rows(cursor)
        for table in _kept[name]:
            cursor.execute(f'CREATE TABLE {schema}."{table}" AS TABLE "{table}"')


def delete_all_rows():
    """What ``manage.py flush`` does, at a twentieth of its price: only tables that have rows
    are emptied. Keys of deleted rows are never used again, so that what a process keeps of a
    row (a Day's revision) stays true."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('is_superuser')")
        if cursor.fetchone() == ("on",):
            # All go, so no row needs to be looked at for those that refer to it. Who may not say
            # so waits a little longer.
            cursor.execute("SET LOCAL session_replication_role = replica")
        for table in _tables_with_rows(cursor):
            cursor.execute(f'DELETE FROM "{table}"')


def _tables_with_rows(cursor):
    tables = set(connection.introspection.django_table_names(only_existing=False)) - KEPT
    one_of_each = (f"(SELECT '{table}' FROM \"{table}\" LIMIT 1)" for table in sorted(tables))
    cursor.execute(" UNION ALL ".join(one_of_each))
    return [table for (table,) in cursor.fetchall()]
