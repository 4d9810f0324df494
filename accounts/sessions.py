"""Sessions are rows of the database, each with its user.

A session that was ended has no row, and so stays ended: a request that saves it late raises
``UpdateError``. No cache is involved.
"""

from typing import Any, cast

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.contrib.sessions.exceptions import SessionInterrupted
from django.db import InterfaceError, OperationalError, transaction
from django.http import HttpRequest

from accounts.models import User, UserSession

STRANGERS_SESSION_LASTS = 15 * 60  # seconds: a log-in under way, nothing else
ROLE = "role"  # in the session: the chosen role
PREVIOUS_KEY = "previous_key"  # in the session: its key before it was last rotated


class SessionStore(DatabaseStore):
    @classmethod
    def get_model_class(cls) -> type[UserSession]:
        return UserSession

    def create_model_instance(self, data: dict[str, Any]) -> UserSession:
        session = cast(UserSession, super().create_model_instance(data))
        session.user_id = data.get(SESSION_KEY)
        session.role = data.get(ROLE, "")
        session.previous_key = data.get(PREVIOUS_KEY, "")
        return session

    def cycle_key(self) -> None:
        """Rotate the key. Raises ``SessionInterrupted`` if the session was ended meanwhile.

        A log-out at the same time either deletes the row first, or waits for the lock and then
        finds the new row by its previous key (``end_rotated``).
        """
        key = self.session_key
        if key is None or SESSION_KEY not in self:
            super().cycle_key()
            return
        with transaction.atomic():
            if not UserSession.objects.select_for_update().filter(pk=key).first():
                raise SessionInterrupted("The session was ended before its key was rotated.")
            self[PREVIOUS_KEY] = key
            super().cycle_key()

    def get_session_cookie_age(self) -> int:
        return settings.SESSION_COOKIE_AGE if SESSION_KEY in self else STRANGERS_SESSION_LASTS

    def save(self, must_create: bool = False) -> None:
        """Raises ``UpdateError`` when the session was ended meanwhile. A database that is away
        is said as it is: Django takes it for an ended session."""
        try:
            super().save(must_create)
        except UpdateError as error:
            if isinstance(error.__context__, OperationalError | InterfaceError):
                raise error.__context__ from None
            raise


def end_sessions(*, of: User, but: str | None = None) -> None:
    """End all sessions of a user, except the one with the key ``but``."""
    UserSession.objects.filter(user=of).exclude(session_key=but).delete()


def end_rotated(key: str) -> None:
    """End the session that had this key until another request rotated it."""
    UserSession.objects.filter(previous_key=key).delete()


def end_others(*, request: HttpRequest, user: User, **_: object) -> None:
    """A new password ends all sessions but the one where it was chosen."""
    is_own = request.user.pk == user.pk
    end_sessions(of=user, but=request.session.session_key if is_own else None)
