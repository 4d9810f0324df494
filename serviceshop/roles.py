"""Who is logged in, and as what: read together, since every page asks both.

Roles come from rows of several storeys, so only the project package can know them all.
"""

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from accounts.models import Coordinator, User
from booking.models import Recipient
from database.statements import ModelColumns, Statement
from departments.models import Employee


@dataclass(frozen=True)
class Roles:
    """What somebody is today."""

    in_departments: tuple[tuple[uuid.UUID, str], ...]  # (department, role), by its name
    is_coordinator: bool
    is_recipient: bool

    @property
    def administered(self) -> list[uuid.UUID]:
        return [pk for pk, role in self.in_departments if role == Employee.Role.ADMINISTRATOR]

    @property
    def is_care_worker(self) -> bool:
        return any(role == Employee.Role.CARE_WORKER for _, role in self.in_departments)


class Backend(AuthenticationBackend):
    """allauth's log-in. A request's user comes with their roles, in one statement."""

    def get_user(self, user_id: uuid.UUID) -> User | None:
        rows = _STATEMENT.rows(user=user_id, today=timezone.localdate())
        if not rows:
            return None
        user = _USER.of(rows[0])
        _remember(user, rows[0])
        return user if self.user_can_authenticate(user) else None


def roles_of(user: User) -> Roles:
    """Without a statement for the user of a request."""
    if not hasattr(user, "_roles"):
        (row,) = _STATEMENT.rows(user=user.pk, today=timezone.localdate())
        _remember(user, row)
    roles: Roles = user._roles  # type: ignore[attr-defined]
    return roles


def _remember(user: User, row: tuple[Any, ...]) -> None:
    departments, in_them, is_coordinator, is_recipient = row[_USER.end :]
    in_departments = tuple(zip(departments, in_them, strict=True))
    user._roles = Roles(in_departments, is_coordinator, is_recipient)  # type: ignore[attr-defined]


def _with_roles(user: uuid.UUID, today: dt.date) -> QuerySet[User, Any]:
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
