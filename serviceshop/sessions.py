"""The session engine: reads a session together with its user and their roles."""

from typing import Any

from accounts import sessions
from accounts.models import User
from serviceshop.roles import read_session


class SessionStore(sessions.SessionStore):
    user: User | None = None  # whose session it was when it was read

    def load(self) -> dict[str, Any]:
        found = read_session(self.session_key) if self.session_key else None
        if found is None:
            self._session_key = None
            return {}
        encoded, self.user = found
        data: dict[str, Any] = self.decode(encoded)
        return data
