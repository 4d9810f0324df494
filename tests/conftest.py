"""The small cast. Everybody works, or has grants, in ``department``; the administrator
of ``other_department`` must see nothing of it."""

import gc
import os
import uuid
from pathlib import Path
from zlib import crc32

import pytest
from django.conf import settings as project
from django.core.signals import setting_changed
from django.db import connection, connections
from django.dispatch import receiver
from django.test import TransactionTestCase, override_settings

from accounts import api
from accounts.messages import outgoing
from accounts.rate import Rate
from accounts.templatetags.fixed import FixedNode
from booking.models import Visit
from departments.models import Employee
from serviceshop.celery import app
from serviceshop.redis.breaker import redis_breaker
from tests import factories
from tests.fast_database import copied_database, delete_all_rows
from tests.kept import forget_drawn
from tests.promises import are_empty, broken_lists, broken_seats
from tests.sizes import IN_FULL, SEED
from tests.workflow.worker import Delivery
from workflow.models import DayPlan

BROWSER = Path(__file__).parent / "browser"
FOLLOW_EVERY_LINK = {"test_every_page.py", "test_long_names.py"}

_inherited = []


def leave_connections_to_the_parent():
    """A forked process makes connections of its own. Once a browser's event loop has run, those
    that were open before it can't be closed before a fork; nor may they be by the child."""
    for one in connections.all(initialized_only=True):
        _inherited.append(one)
        del connections[one.alias]


os.register_at_fork(after_in_child=leave_connections_to_the_parent)


def pytest_collection_finish():
    """What is there now lives as long as the run: the garbage collector need not look at it
    again and again, nor look so often at what tests throw away by themselves."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


def pytest_collection_modifyitems(config, items):
    """The longest first, so that at the end nobody waits for one who has just begun."""
    if is_whole_suite(config) and not IN_FULL:
        left_out = {*items} - {*todays_cases(items)}
        config.hook.pytest_deselected(items=[*left_out])
        items[:] = [item for item in items if item not in left_out]
    items.sort(
        key=lambda item: (
            item.get_closest_marker("slow") is None,
            BROWSER not in item.path.parents,
            item.path.name not in FOLLOW_EVERY_LINK,
        )
    )


def is_whole_suite(config):
    """Not when files or words are given: then every case runs."""
    tests = {*config.getini("testpaths"), str(config.rootpath), str(config.rootpath / "tests")}
    return {*config.args} <= tests and not config.option.keyword


def todays_cases(items):
    """All tests; a fifth, but at least one and each day others, of the cases of a test that
    has several, and of the tests that start processes."""
    cases = {}
    for item in items:
        is_slow = item.get_closest_marker("slow")
        cases.setdefault("slow" if is_slow else item.nodeid.partition("[")[0], []).append(item)
    for group in cases.values():
        group.sort(key=lambda item: crc32(item.nodeid.encode()))
        yield from group[SEED % 5 :: 5] or [group[SEED % len(group)]]


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment, django_db_blocker, django_db_modify_db_settings):
    """Instead of pytest-django's own, which migrates a database for each process. Between, a
    test that does not ask for a database gets none."""
    copy = copied_database()
    with django_db_blocker.unblock():
        copy.__enter__()
    yield
    with django_db_blocker.unblock():
        copy.__exit__(None, None, None)


@pytest.fixture(scope="session", autouse=True)
def quick_flush():
    """Tests that commit leave no row to the next one."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda self: delete_all_rows())
        yield


@pytest.fixture(scope="session", autouse=True)
def words_of_the_source():
    """Tests read the words as the source has them, so that a better translation breaks none."""
    with override_settings(LOCALE_PATHS=[]):
        yield


@pytest.fixture(scope="session", autouse=True)
def nothing_slow_on_purpose():
    """A password is hashed as quickly as can be, and no new client looks through all static
    files first. Sessions last for longer than tests put the clock forward."""
    with override_settings(
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
        SESSION_COOKIE_AGE=60 * 24 * 60 * 60,
        WHITENOISE_AUTOREFRESH=True,
    ):
        yield


@pytest.fixture(autouse=True)
def fixed_blocks_checked(request, monkeypatch):
    """Each ``{% fixed %}`` block is rendered each time and compared with its cached text: in all
    tests with ``IN_FULL``, else in a third of them, another one each day."""
    is_checked = IN_FULL or crc32(request.node.nodeid.encode()) % 3 == SEED % 3
    monkeypatch.setattr(FixedNode, "is_checked", is_checked)


@pytest.fixture(autouse=True)
def _mail_at_once(monkeypatch):
    """Mail of the log-in pages is sent before the answer, where a test can look at it."""
    monkeypatch.setattr(outgoing, "send_soon", outgoing.send)


@pytest.fixture(autouse=True)
def _no_wrong_keys_yet(monkeypatch):
    """Wrong API keys are counted for one network address, which all tests share."""
    monkeypatch.setattr(api, "_wrong_keys", Rate(f"wrong keys {uuid.uuid4()}"))
    monkeypatch.setattr(api, "_accepted", set())


@receiver(setting_changed)
def forget_other_words(*, setting, **kwargs):
    if setting == "LOCALE_PATHS":
        forget_drawn()


@pytest.fixture
def translated(settings, words_of_the_source):
    """For a test about the words people see: the catalogues of ``locale/``."""
    settings.LOCALE_PATHS = [project.BASE_DIR / "locale"]


@pytest.fixture(autouse=True)
def promises_kept(request, _django_db_marker):
    """Whatever a test seats or plans is looked at by the independent checker when it ends,
    unless ``spoilt`` says that the test breaks it on purpose."""
    uses_database = {"db", "transactional_db"} & {*request.fixturenames}
    for fixture in uses_database:
        request.getfixturevalue(fixture)
    yield
    marked = request.node.get_closest_marker("django_db")
    if not (uses_database or marked) or request.node.get_closest_marker("spoilt"):
        return
    if connection.in_atomic_block and connection.needs_rollback:
        return
    if not are_empty(Visit, DayPlan):
        assert not broken_seats()
        assert not broken_lists()


@pytest.fixture
def department(db):
    return factories.DepartmentFactory(name="Home care North")


@pytest.fixture
def other_department(db):
    return factories.DepartmentFactory(name="Home care South")


@pytest.fixture
def administrator(department):
    return factories.EmployeeFactory(
        department=department,
        role=Employee.Role.ADMINISTRATOR,
        person__given_name="Dina",
        person__family_name="Aas",
    ).person


@pytest.fixture
def other_administrator(other_department):
    return factories.EmployeeFactory(
        department=other_department, role=Employee.Role.ADMINISTRATOR
    ).person


@pytest.fixture
def care_worker(department):
    return factories.EmployeeFactory(
        department=department, person__given_name="Emil", person__family_name="Haugen"
    ).person


@pytest.fixture
def service(department):
    return factories.ServiceFactory(department=department, name="Cleaning")


@pytest.fixture
def recipient(service):
    """A recipient who logs in and has a grant of ``service``."""
    recipient = factories.RecipientFactory(
        user=factories.UserFactory(given_name="Aksel", family_name="Vik"),
        given_name="Aksel",
        family_name="Vik",
    )
    factories.GrantFactory(recipient=recipient, service=service)
    return recipient


@pytest.fixture
def delivery(tmp_path, monkeypatch):
    """A broker of the test's own, and a worker and beat that it may start and stop."""
    running = Delivery(tmp_path)
    running.broker.start()
    monkeypatch.setattr(app.conf, "broker_url", running.broker.url)
    monkeypatch.setattr(app, "_pool", None)
    monkeypatch.setattr(app.amqp, "_producer_pool", None)
    redis_breaker.close()
    yield running
    redis_breaker.close()
    running.stop()
