"""The user of a request and their roles, read in one statement.

Roles come from rows of several apps, so only the project package knows them all.
"""

import datetime as dt
import uuid
from contextvars import ContextVar
from dataclasses import dataclass
from typing import NamedTuple

from allauth.account.auth_backends import AuthenticationBackend
from django.contrib.auth import SESSION_KEY, get_user, middleware
from django.contrib.auth.models import AnonymousUser
from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.sessions.backends.base import SessionBase
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from accounts.models import Coordinator, User
from booking.models import Recipient
from database.statements import ModelColumns, Statement
from departments.models import Employee


@dataclass(frozen=True)
class Roles:
    """The roles of a user today."""

    in_departments: tuple[tuple[uuid.UUID, str], ...]  # (department, role) by name
    is_coordinator: bool
    is_recipient: bool

    @property
    def administered(self) -> list[uuid.UUID]:
        return [pk for pk, role in self.in_departments if role == Employee.Role.ADMINISTRATOR]

    @property
    def is_care_worker(self) -> bool:
        return any(role == Employee.Role.CARE_WORKER for _, role in self.in_departments)


_session: ContextVar[SessionBase | None] = ContextVar("session", default=None)


class AuthenticationMiddleware(middleware.AuthenticationMiddleware):
    """``request.user``, as long as the session's row is in the database."""

    def process_request(self, request: HttpRequest) -> None:
        super().process_request(request)
        request.user = SimpleLazyObject(lambda: _user_of(request))  # type: ignore[assignment]


def _user_of(request: HttpRequest) -> User | AnonymousUser:
    """Django's check of the session; ``Backend`` reads which session it is. A session that the
    cache still holds after it was ended is deleted."""
    token = _session.set(request.session)
    try:
        user: User | AnonymousUser = get_user(request)
    finally:
        _session.reset(token)
    if user.is_anonymous and SESSION_KEY in request.session:
        request.session.flush()
    return user


class Backend(AuthenticationBackend):
    """allauth's backend. Reads the user of a request with their roles, in one statement."""

    def get_user(self, user_id: uuid.UUID) -> User | None:
        """None when the session of the request was ended."""
        session = _session.get()
        if session is None or not session.session_key:
            return None
        rows = _IN_SESSION.rows(
            user=user_id, session=session.session_key, today=timezone.localdate()
        )
        if not rows:
            return None
        user = _USER.of(rows[0])
        _keep_roles(user, _RoleColumns(*rows[0][_USER.end :]))
        return user if self.user_can_authenticate(user) else None


def roles_of(user: User) -> Roles:
    """The roles of a user; no statement if the user is a request's."""
    if not hasattr(user, "_roles"):
        (row,) = _STATEMENT.rows(user=user.pk, today=timezone.localdate())
        _keep_roles(user, _RoleColumns(*row[_USER.end :]))
    roles: Roles = user._roles  # type: ignore[attr-defined]
    return roles


class _RoleColumns(NamedTuple):
    """What ``_with_roles`` selects after the columns of the user."""

    departments: list[uuid.UUID]
    department_roles: list[str]
    is_coordinator: bool
    is_recipient: bool


def _keep_roles(user: User, row: _RoleColumns) -> None:
    in_departments = tuple(zip(row.departments, row.department_roles, strict=True))
    roles = Roles(in_departments, row.is_coordinator, row.is_recipient)
    user._roles = roles  # type: ignore[attr-defined]


def _with_roles(user: uuid.UUID, today: dt.date) -> QuerySet[User, tuple[object, ...]]:
    employments = (
        Employee.objects.filter(person=OuterRef("pk")).active(today).order_by("department__name")
    )
    return User.objects.filter(pk=user).values_list(
        *_USER.paths,
        ArraySubquery(employments.values("department_id")),
        ArraySubquery(employments.values("role")),
        Exists(Coordinator.objects.filter(user=OuterRef("pk"))),
        Exists(Recipient.objects.filter(user=OuterRef("pk"))),
    )


_USER = ModelColumns(User)
_STATEMENT = Statement(_with_roles, user=uuid.UUID(int=1), today=dt.date.min)
_IN_SESSION = Statement(
    lambda user, session, today: _with_roles(user, today).filter(sessions__session_key=session),
    user=uuid.UUID(int=1),
    session="the session",
    today=dt.date.min,
)
