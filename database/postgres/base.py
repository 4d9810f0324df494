"""Django's PostgreSQL backend with cheaper checks and a limit on waiting.

Django looks for a backend's ``DatabaseWrapper`` in this module.
"""

import select
import time
from typing import Any

import psycopg
from django.db.backends.postgresql import base
from psycopg import IsolationLevel
from psycopg.pq import TransactionStatus

AWAY_PAUSE = 1.0  # seconds without a new attempt after a server has not answered in time


class Connection(psycopg.Connection[Any]):
    """Stops waiting after ``longest_wait`` seconds.

    ``statement_timeout`` is kept by the server. A server that is frozen, or cut off by the
    network, keeps nothing, so the client has a limit of its own.
    """

    longest_wait: float | None = None  # seconds for one answer; None: no limit
    away_until = 0.0  # on the monotonic clock; shared by the threads of one process

    def wait(self, gen: Any, *args: Any, **kwargs: Any) -> Any:
        if self.longest_wait is not None:
            kwargs.setdefault("timeout", self.longest_wait)
            _raise_while_away()
        try:
            return super().wait(gen, *args, **kwargs)
        except psycopg.OperationalError:
            if self.pgconn.transaction_status == TransactionStatus.ACTIVE:
                # The answer may still come, and must not be read as the next statement's.
                self.pgconn.finish()
                Connection.away_until = time.monotonic() + AWAY_PAUSE
            raise


def _raise_while_away() -> None:
    """Raise ``psycopg.OperationalError`` when the server did not answer within the last second.

    One request has waited already, and others need not.
    """
    if time.monotonic() < Connection.away_until:
        raise psycopg.OperationalError("The database did not answer a moment ago.")


class DatabaseWrapper(base.DatabaseWrapper):
    def get_connection_params(self) -> dict[str, Any]:
        params: dict[str, Any] = super().get_connection_params()
        self._longest_wait = params.pop("longest_wait", None)
        return params

    def get_new_connection(self, conn_params: dict[str, Any]) -> Connection:
        """A connection that waits at most ``OPTIONS["longest_wait"]`` seconds for an answer."""
        _raise_while_away()
        self.isolation_level = IsolationLevel.READ_COMMITTED
        try:
            connection = Connection.connect(**conn_params)
        except psycopg.errors.ConnectionTimeout:
            Connection.away_until = time.monotonic() + AWAY_PAUSE
            raise
        connection.longest_wait = self._longest_wait
        return connection

    def is_usable(self) -> bool:
        """Whether the persistent connection still works. Called at the start of each request.

        A server that goes away closes its socket, and the client can see this without a
        round trip. ``SELECT 1`` is sent only if the socket is readable or after an error.
        """
        connection: psycopg.Connection[Any] | None = self.connection
        if connection is None or connection.closed:
            return False
        if self.errors_occurred:
            return super().is_usable()
        poll = select.poll()
        poll.register(connection.fileno(), select.POLLIN)
        return super().is_usable() if poll.poll(0) else True
