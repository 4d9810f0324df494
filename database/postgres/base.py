"""See the package. Django looks for a backend's ``DatabaseWrapper`` here."""

import select
from typing import TYPE_CHECKING

from django.db.backends.postgresql import base

if TYPE_CHECKING:
    from psycopg import Connection


class DatabaseWrapper(base.DatabaseWrapper):
    def is_usable(self) -> bool:
        """Whether a kept connection can be used, asked at the beginning of each request.

        A server that went away has closed its end, and that can be seen on this side. So
        the journey of a ``SELECT 1`` is only made when there is something to hear, or
        after an error.
        """
        connection: Connection | None = self.connection
        if connection is None or connection.closed:
            return False
        if self.errors_occurred:
            return super().is_usable()
        heard = select.poll()
        heard.register(connection.fileno(), select.POLLIN)
        return super().is_usable() if heard.poll(0) else True
