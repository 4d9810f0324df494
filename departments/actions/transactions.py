"""One transaction for each verb."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import OperationalError, transaction
from psycopg.errors import LockNotAvailable

from departments import errors


@contextmanager
def one_transaction() -> Iterator[None]:
    """All or nothing; a savepoint when the caller has a transaction of their own.

    Waiting too long for somebody else's lock is ``Busy``, which a page can say.
    """
    try:
        with transaction.atomic():
            yield
    except OperationalError as error:
        if isinstance(error.__cause__, LockNotAvailable):
            raise errors.Busy from error
        raise
