"""One transaction for each verb."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import OperationalError, transaction
from django.utils.translation import gettext_lazy as _
from psycopg.errors import LockNotAvailable


class Busy(Exception):
    """Waiting for a lock took longer than ``lock_timeout``. Nothing was changed."""

    message = _("Somebody else changes this day right now. Try again.")

    def __str__(self) -> str:
        return str(self.message)


def is_lock_timeout(error: BaseException) -> bool:
    return isinstance(error, OperationalError) and isinstance(error.__cause__, LockNotAvailable)


@contextmanager
def one_transaction() -> Iterator[None]:
    """All or nothing; a savepoint when the caller has a transaction of their own.

    Raises ``Busy`` when another transaction holds a lock for too long.
    """
    try:
        with transaction.atomic():
            yield
    except OperationalError as error:
        if is_lock_timeout(error):
            raise Busy from error
        raise
