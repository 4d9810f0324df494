"""Which pages each role finds in the menu at the top.

Roles come from rows of several storeys, so only the project package can know them all.
"""

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Coordinator, User
from accounts.statements import Statement
from booking.access import Whose, whose_pages
from booking.models import Recipient
from departments.models import Employee

Entry = tuple[str, str, list[object]]  # label, URL name, arguments

# Pages that stand under an entry without lying below its address.
ALSO_UNDER = {
    "departments:hours": ["departments:special_days", "departments:changes"],
    "departments:staff": ["departments:absences"],
}


def _roles(user: uuid.UUID, today: dt.date) -> QuerySet[User, Any]:
    """Departments and roles side by side, whether coordinator, whether recipient."""
    employments = (
        Employee.objects.filter(person=OuterRef("pk")).active(today).order_by("department__name")
    )
    return User.objects.filter(pk=user).values_list(
        ArraySubquery(employments.values("department_id")),
        ArraySubquery(employments.values("role")),
        Exists(Coordinator.objects.filter(user=OuterRef("pk"))),
        Exists(Recipient.objects.filter(user=OuterRef("pk"))),
    )


_ROLES = Statement(_roles, user=uuid.UUID(int=1), today=dt.date.min)


@dataclass(frozen=True)
class Item:
    label: str
    url: str
    is_current: bool


def menu(request: HttpRequest) -> list[Item]:
    """The menu of the page's department if it is one's own, else of one's first role."""
    if not request.user.is_authenticated:
        return []
    whose = whose_pages(request)
    if whose.mandate:
        return _items(request, *_recipients_pages(whose))
    rows = _ROLES.rows(user=request.user.pk, today=timezone.localdate())
    if not rows:
        return []
    ((departments, in_them, is_coordinator, is_recipient),) = rows
    roles = list(zip(departments, in_them, strict=True))
    here = request.resolver_match.kwargs.get("department") if request.resolver_match else None
    administered = [pk for pk, role in roles if role == Employee.Role.ADMINISTRATOR]
    my_day: Entry = (_("My day"), "workflow:my_day", [])
    if administered:
        department = here if here in administered else administered[0]
        entries: list[Entry] = [
            (_("Today"), "workflow:today", [department]),
            (_("Day board"), "workflow:board", [department]),
            (_("Opening hours"), "departments:hours", [department]),
            (_("Staff"), "departments:staff", [department]),
            (_("Services"), "departments:services", [department]),
            (_("Recipients"), "booking:recipients", [department]),
            (_("Settings"), "departments:settings", [department]),
        ]
        if len(administered) > 1:
            entries.append((_("Departments"), "departments:overview", []))
        works_too = any(role == Employee.Role.CARE_WORKER for _department, role in roles)
        return _items(request, *entries, *([my_day] if works_too else []))
    if roles:
        return _items(request, my_day)
    if is_coordinator:
        return _items(request, (_("Departments"), "departments:overview", []))
    if is_recipient:
        return _items(request, *_recipients_pages(whose))
    if whose.mandates:
        return _items(
            request,
            (_("Whom I act for"), "booking:persons", []),
            (_("My choices"), "accounts:settings", []),
            (_("Help"), "booking:help", []),
        )
    return _items(request, (_("Home"), "home", []))


def _recipients_pages(whose: Whose) -> list[Entry]:
    home: Entry = (_("Home"), "booking:calendar", [])
    visits: Entry = (_("Visits") if whose.mandate else _("My visits"), "booking:visits", [])
    own: list[Entry] = [(_("My choices"), "accounts:settings", [])]
    return [
        *([home] if whose.may_book else []),
        visits,
        *([] if whose.mandate else own),
        (_("Help"), "booking:help", []),
    ]


def _items(request: HttpRequest, *entries: Entry) -> list[Item]:
    items = []
    for label, name, args in entries:
        url = reverse(name, args=args)
        is_current = request.path == url
        if name not in ("home", "departments:overview"):  # these lie above everything
            addresses = [url, *(reverse(also, args=args) for also in ALSO_UNDER.get(name, ()))]
            is_current = request.path.startswith(tuple(addresses))
        items.append(Item(label, url, is_current))
    return items
