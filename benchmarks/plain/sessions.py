"""The session engine without its cache."""

from typing import Any

from django.contrib.sessions.backends.db import SessionStore as DatabaseStore

from accounts import sessions


class SessionStore(sessions.SessionStore):
    def load(self) -> dict[str, Any]:
        return DatabaseStore.load(self)

    def exists(self, session_key: str) -> bool:
        return DatabaseStore.exists(self, session_key)

    def save(self, must_create: bool = False) -> None:
        DatabaseStore.save(self, must_create)

    def delete(self, session_key: str | None = None) -> None:
        DatabaseStore.delete(self, session_key)
