"""``Ending.finish_with``: the last statements of a transaction and its COMMIT."""

import contextlib
import uuid

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from database.pipeline import Query
from database.transactions import StatementAfterLast, one_transaction
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)

RENAME = "UPDATE accounts_user SET given_name = 'Last'"
FIRST, LAST = {"First"}, {"Last"}


@pytest.fixture(autouse=True)
def user():
    return factories.UserFactory(given_name="First")


@pytest.fixture
def names_seen_by_others():
    """The names that another connection reads: those that are committed."""
    other = connection.copy()
    with contextlib.closing(other), other.cursor() as cursor:

        def names():
            cursor.execute("SELECT given_name FROM accounts_user")
            return {name for (name,) in cursor.fetchall()}

        yield names


def names():
    return set(User.objects.values_list("given_name", flat=True))


def test_the_last_statement_is_sent_with_the_commit_when_the_block_ends(names_seen_by_others):
    with CaptureQueriesContext(connection) as sent, one_transaction() as ending:
        ending.finish_with(Query(RENAME))
        assert names_seen_by_others() == FIRST

    assert names_seen_by_others() == LAST
    # Django logs its own BEGIN and COMMIT too; the latter finds nothing left to commit.
    assert [query["sql"] for query in sent] == ["BEGIN", RENAME, "COMMIT", "COMMIT"]


def test_a_statement_after_the_last_raises_and_nothing_is_written(user):
    def verb():
        with one_transaction() as ending:
            ending.finish_with(Query(RENAME))
            user.refresh_from_db()

    with pytest.raises(StatementAfterLast):
        verb()

    assert names() == FIRST


def test_a_savepoint_after_the_last_statement_raises():
    def verb():
        with one_transaction() as ending:
            ending.finish_with(Query(RENAME))
            with one_transaction():
                pass

    with pytest.raises(StatementAfterLast):
        verb()

    assert names() == FIRST


def test_finishing_twice_raises():
    def verb():
        with one_transaction() as ending:
            ending.finish_with(Query(RENAME))
            ending.finish_with(Query(RENAME))

    with pytest.raises(StatementAfterLast):
        verb()

    assert names() == FIRST


def test_an_error_in_the_block_sends_nothing():
    def verb():
        with one_transaction() as ending:
            ending.finish_with(Query(RENAME))
            raise KeyError

    with pytest.raises(KeyError):
        verb()

    assert names() == FIRST


def test_an_error_in_the_last_statement_rolls_everything_back(user):
    taken = "INSERT INTO accounts_user SELECT * FROM accounts_user WHERE id = %s"

    def verb():
        with one_transaction() as ending:
            User.objects.update(given_name="Before")
            ending.finish_with(Query(taken, [user.pk]))

    with pytest.raises(IntegrityError):
        verb()

    assert names() == FIRST
    assert not connection.in_atomic_block


def test_inside_a_savepoint_the_caller_goes_on_and_commits(names_seen_by_others):
    with transaction.atomic():
        with one_transaction() as ending:
            ending.finish_with(Query(RENAME))
        assert names() == LAST
        assert names_seen_by_others() == FIRST

    assert names_seen_by_others() == LAST


def test_inside_a_savepoint_the_caller_can_roll_back():
    with transaction.atomic():
        with one_transaction() as ending:
            ending.finish_with(Query(RENAME))
        transaction.set_rollback(True)

    assert names() == FIRST


def test_an_inner_block_does_not_commit_the_outer_one(names_seen_by_others):
    with one_transaction() as outer:
        with one_transaction() as inner:
            inner.finish_with(Query(RENAME))
        factories.UserFactory(id=uuid.uuid4(), given_name="Another")
        outer.finish_with(Query("UPDATE accounts_user SET family_name = 'Last'"))
        assert names_seen_by_others() == FIRST

    assert names_seen_by_others() == {"Last", "Another"}


def test_on_commit_hooks_run_after_the_commit_and_may_run_statements(names_seen_by_others):
    seen = []
    with one_transaction() as ending:
        transaction.on_commit(lambda: seen.append((names(), names_seen_by_others())))
        ending.finish_with(Query(RENAME))
        transaction.on_commit(lambda: seen.append((names(), names_seen_by_others())))
        assert seen == []

    assert seen == [(LAST, LAST), (LAST, LAST)]
