"""One transaction for each verb, and the statements that end it."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, NoReturn

from django.db import OperationalError, connection, transaction
from django.utils.translation import gettext_lazy as _
from psycopg.errors import LockNotAvailable

from database.pipeline import Query, run_pipeline

_COMMIT = Query("COMMIT")


class Busy(Exception):
    """Waiting for a lock took longer than ``lock_timeout``. Nothing was changed."""

    message = _("Somebody else changes this day right now. Try again.")

    def __str__(self) -> str:
        return str(self.message)


class StatementAfterLast(RuntimeError):
    """A bug: a transaction ran a statement after ``Ending.finish_with``."""


class Ending:
    """How a transaction ends: by default with Django's COMMIT, in a round trip after the last
    statement. ``finish_with`` saves that round trip, during which others wait for our locks.
    """

    def __init__(self) -> None:
        self._last: tuple[Query, ...] = ()
        self._guard = ExitStack()

    def finish_with(self, *last: Query) -> None:
        """Send these statements when the block ends, in one round trip with the COMMIT.

        Inside a caller's transaction they are sent without it: the caller commits. Until the
        block ends every other statement raises ``StatementAfterLast``. When the block raises,
        nothing is sent.
        """
        if self._last:
            raise StatementAfterLast("finish_with is called twice.")
        self._last = last
        self._guard.enter_context(connection.execute_wrapper(_refuse))

    @contextmanager
    def _sent_at_the_end(self) -> Iterator[None]:
        with self._guard:
            yield
        if self._last:
            is_outermost = not connection.savepoint_ids
            run_pipeline(*self._last, *([_COMMIT] if is_outermost else []))


@contextmanager
def one_transaction() -> Iterator[Ending]:
    """All or nothing; a savepoint when the caller has a transaction already.

    Raises ``Busy`` when another transaction holds a lock for too long.
    """
    ending = Ending()
    try:
        with transaction.atomic(), ending._sent_at_the_end():
            yield ending
    except OperationalError as error:
        if is_lock_timeout(error):
            raise Busy from error
        raise


def is_lock_timeout(error: BaseException) -> bool:
    return isinstance(error, OperationalError) and isinstance(error.__cause__, LockNotAvailable)


def _refuse(execute: Callable[..., Any], sql: str, *args: Any) -> NoReturn:
    raise StatementAfterLast(sql)
