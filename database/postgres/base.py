"""``DatabaseWrapper`` of the backend, in the module where Django looks for it."""

import select
from typing import TYPE_CHECKING

from django.db.backends.postgresql import base

if TYPE_CHECKING:
    from psycopg import Connection


class DatabaseWrapper(base.DatabaseWrapper):
    def is_usable(self) -> bool:
        """Whether the persistent connection still works. Called at the start of each request.

        A server that goes away closes its socket, and the client can see this without a
        round trip. ``SELECT 1`` is sent only if the socket is readable or after an error.
        """
        connection: Connection | None = self.connection
        if connection is None or connection.closed:
            return False
        if self.errors_occurred:
            return super().is_usable()
        poll = select.poll()
        poll.register(connection.fileno(), select.POLLIN)
        return super().is_usable() if poll.poll(0) else True
