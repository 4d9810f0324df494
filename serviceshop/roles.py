"""The session of a request, its user and their roles, read in one statement.

Who has several roles acts in one of them at a time: the one that the session remembers. The
permission checks ask ``User.role``, which is set here.

Roles come from rows of several apps, so only the project package knows them all.
"""

import datetime as dt
import uuid
from collections.abc import Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, NamedTuple

from allauth.account.auth_backends import AuthenticationBackend
from django.contrib.auth import SESSION_KEY, get_user, middleware
from django.contrib.auth.models import AnonymousUser
from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.sessions.backends.base import SessionBase
from django.db.models import BooleanField, Case, Exists, OuterRef, Value, When
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from accounts.models import Coordinator, User, UserSession
from accounts.roles import NOT_CHOSEN, Role
from booking.models import Mandate, Recipient
from database.expressions import TextArray
from database.statements import ModelColumns, Statement
from departments.models import Employee


class InDepartment(NamedTuple):
    """A role in a department."""

    department: uuid.UUID
    role: str
    department_name: str


@dataclass(frozen=True)
class Roles:
    """The roles of a user today; of a request's user, those of the role that they act in."""

    in_departments: tuple[InDepartment, ...]  # by name
    is_coordinator: bool
    is_recipient: bool
    is_helper: bool = False  # or a guardian

    @property
    def to_choose(self) -> list[Role]:
        """Those that the user has."""
        has = {
            Role.ADMINISTRATOR: bool(self.administered_names),
            Role.CARE_WORKER: self.is_care_worker,
            Role.CASE_WORKER: bool(self.case_departments),
            Role.COORDINATOR: self.is_coordinator,
            Role.PRIVATE: self.is_recipient or self.is_helper,
        }
        return [role for role in Role if has[role]]

    def of(self, role: str) -> "Roles":
        """Only what the role gives."""
        is_private = role == Role.PRIVATE
        return Roles(
            tuple(each for each in self.in_departments if each.role == role),
            self.is_coordinator and role == Role.COORDINATOR,
            self.is_recipient and is_private,
            self.is_helper and is_private,
        )

    @property
    def administered(self) -> list[uuid.UUID]:
        return list(self.administered_names)

    @property
    def administered_names(self) -> dict[uuid.UUID, str]:
        """Names of the departments that the user administers, by id."""
        return {
            each.department: each.department_name
            for each in self.in_departments
            if each.role == Employee.Role.ADMINISTRATOR
        }

    @property
    def case_departments(self) -> dict[uuid.UUID, str]:
        """Names of the departments where the user is a case worker, by id."""
        return {
            each.department: each.department_name
            for each in self.in_departments
            if each.role == Employee.Role.CASE_WORKER
        }

    @property
    def is_care_worker(self) -> bool:
        return any(each.role == Employee.Role.CARE_WORKER for each in self.in_departments)


_session: ContextVar[SessionBase | None] = ContextVar("session", default=None)


class AuthenticationMiddleware(middleware.AuthenticationMiddleware):
    def process_request(self, request: HttpRequest) -> None:
        super().process_request(request)
        request.user = SimpleLazyObject(lambda: _user_of(request))  # type: ignore[assignment]


def _user_of(request: HttpRequest) -> User | AnonymousUser:
    """Django's check of the session; ``Backend`` takes the user from it."""
    token = _session.set(request.session)
    try:
        user: User | AnonymousUser = get_user(request)
    finally:
        _session.reset(token)
    if user.is_anonymous and SESSION_KEY in request.session:
        request.session.flush()
    return user


class Backend(AuthenticationBackend):
    """allauth's backend. The user of a request was read with the session."""

    def get_user(self, user_id: uuid.UUID) -> User | None:
        """None when the session is another user's, or has ended."""
        user: User | None = getattr(_session.get(), "user", None)
        if user is None or user.pk != user_id or not self.user_can_authenticate(user):
            return None
        return user


def roles_of(user: User) -> Roles:
    """The roles of a user; no statement if the user is a request's."""
    if not hasattr(user, "_roles"):
        (row,) = _STATEMENT.rows(user=user.pk, now=timezone.now(), today=timezone.localdate())
        user._roles = _user_with_roles(row)._roles  # type: ignore[attr-defined]
    roles: Roles = user._roles  # type: ignore[attr-defined]
    return roles


class _RoleColumns(NamedTuple):
    """What ``_with_roles`` selects after the columns of the user."""

    employments: list[list[str]]  # department, role, and the department's name
    is_coordinator: bool
    is_recipient: bool
    is_helper: bool


def read_session(key: str) -> tuple[str, User | None] | None:
    """The data of a session and its user with their roles; None when it was ended or is too
    old. The user is None while a log-in is under way."""
    rows = _SESSION.rows(key=key, now=timezone.now(), today=timezone.localdate())
    if not rows:
        return None
    data, role, *columns = rows[0]
    user = _user_with_roles(columns)
    _act_as(user, role)
    return data, user if user.pk else None


def _user_with_roles(row: Sequence[Any]) -> User:
    user, columns = _USER.of(row), _RoleColumns(*row[_USER.end :])
    in_departments = tuple(
        InDepartment(uuid.UUID(pk), role, name) for pk, role, name in columns.employments
    )
    roles = Roles(in_departments, columns.is_coordinator, columns.is_recipient, columns.is_helper)
    user._roles = roles  # type: ignore[attr-defined]
    return user


def _act_as(user: User, chosen: str) -> None:
    """Leave the user one of their roles: the only one, or the chosen one. Before they have
    chosen, and when they no longer have what they chose, they have no rights."""
    roles: Roles = user._roles  # type: ignore[attr-defined]
    user.may_be_close = roles.is_recipient or user.acts_for_others or user.has_relatives
    found = roles.to_choose
    if not found:
        return
    if len(found) == 1:
        user.role = found[0]
        return
    user.roles_to_choose = tuple(found)
    user.role = chosen if chosen in found else NOT_CHOSEN
    user._roles = roles.of(user.role)  # type: ignore[attr-defined]


def _role_columns(
    user: str, now: dt.datetime, today: dt.date
) -> list[ArraySubquery | Exists | Case]:
    """What ``_RoleColumns`` names, for a path to the user's id. Mandates are looked for only
    when the user ever had one."""
    employments = (
        Employee.objects.filter(person=OuterRef(user))
        .active(today)
        .in_agency_hours(now)
        .order_by("department__name")
    )
    mandates = Mandate.objects.in_force(today).filter(holder=OuterRef(user))
    acts_for_others = "acts_for_others" if user == "pk" else "user__acts_for_others"
    columns = TextArray("department_id", "role", "department__name")
    return [
        ArraySubquery(employments.values_list(columns, flat=True)),
        Exists(Coordinator.objects.filter(user=OuterRef(user))),
        Exists(Recipient.objects.filter(user=OuterRef(user), departed_at=None)),
        Case(
            When(**{acts_for_others: True}, then=Exists(mandates)),
            default=Value(False),
            output_field=BooleanField(),
        ),
    ]


_USER = ModelColumns(User)
_STATEMENT = Statement(
    lambda user, now, today: User.objects.filter(pk=user).values_list(
        *_USER.paths, *_role_columns("pk", now, today)
    ),
    user=uuid.UUID(int=1),
    now=dt.datetime.min.replace(tzinfo=dt.UTC),
    today=dt.date.min,
)
_SESSION = Statement(
    lambda key, now, today: UserSession.objects.filter(pk=key, expire_date__gt=now).values_list(
        "session_data",
        "role",
        *ModelColumns(User, "user__").paths,
        *_role_columns("user_id", now, today),
    ),
    key="the key",
    now=dt.datetime.min.replace(tzinfo=dt.UTC),
    today=dt.date.min,
)
