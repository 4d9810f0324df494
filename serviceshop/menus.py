"""The main menu of each role, and the administrator's switch between departments."""

import uuid
from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from booking.access.pages import Whose, whose_pages
from serviceshop.roles import roles_of

Entry = tuple[str, str, list[object]]  # label, URL name, arguments

# Pages that belong to an entry but whose URLs are not below its URL.
ALSO_UNDER = {
    "booking:grants": ["booking:recipients"],
    "departments:hours": ["departments:special_days"],
    "departments:settings": ["departments:changes", "departments:phones"],
    "departments:staff": ["departments:absences"],
}


@dataclass(frozen=True)
class Item:
    label: str
    url: str
    is_current: bool


def menu(request: HttpRequest) -> tuple[Item, ...]:
    """The menu of the page's department if the user administers it, else of their role."""
    if not request.user.is_authenticated:
        return ()
    whose = whose_pages(request)
    if whose.mandate:
        return _items(request, *_recipients_pages(whose))
    roles = roles_of(request.user)
    if department := administered_department(request):
        entries: list[Entry] = [
            (_("Today"), "workflow:today", [department]),
            (_("Day board"), "workflow:board", [department]),
            (_("Opening hours"), "departments:hours", [department]),
            (_("Staff"), "departments:staff", [department]),
            (_("Services"), "departments:services", [department]),
            (_("Recipients"), "booking:recipients", [department]),
            (_("Settings"), "departments:settings", [department]),
        ]
        if len(roles.administered) > 1:
            entries.append((_("Departments"), "departments:overview", []))
        return _items(request, *entries)
    if department := _case_department(request):
        return _items(request, (_("Grants"), "booking:grants", [department]))
    if roles.in_departments:
        return _items(request, (_("My day"), "workflow:my_day", []))
    if roles.is_coordinator:
        return _items(request, (_("Departments"), "departments:overview", []))
    if roles.is_recipient:
        return _items(request, *_recipients_pages(whose))
    if whose.mandates:
        return _items(
            request,
            (_("Whom I act for"), "booking:persons", []),
            (_("My choices"), "accounts:settings", []),
            (_("Help"), "booking:help", []),
        )
    return _items(request, (_("Home"), "home", []))


def administered_department(request: HttpRequest) -> uuid.UUID | None:
    """The page's department if the user administers it, else their first; None for others."""
    if not request.user.is_authenticated:
        return None
    return _chosen(request, roles_of(request.user).administered)


def _case_department(request: HttpRequest) -> uuid.UUID | None:
    """The page's department if the user is its case worker, else their first."""
    if not request.user.is_authenticated:
        return None
    return _chosen(request, list(roles_of(request.user).case_departments))


def _chosen(request: HttpRequest, departments: list[uuid.UUID]) -> uuid.UUID | None:
    here = request.resolver_match.kwargs.get("department") if request.resolver_match else None
    return here if here in departments else next(iter(departments), None)


def is_staff(request: HttpRequest) -> bool:
    """Whether the menu is one of the staff's: a user who acts for somebody has a recipient's."""
    if not request.user.is_authenticated or whose_pages(request).mandate:
        return False
    roles = roles_of(request.user)
    return bool(roles.administered or roles.in_departments or roles.is_coordinator)


def error_base(request: HttpRequest) -> str:
    """The template that an error page extends: with the user's header and menu, so that there
    is a way on. Only for errors that are no fault, because menus query the database."""
    if not request.user.is_authenticated:
        return "base_plain.html"
    return "base_staff.html" if is_staff(request) else "base.html"


@dataclass(frozen=True)
class Switch:
    """The departments that the user administers, or whose case worker they are, and the one
    whose pages the menu leads to."""

    name: str
    items: tuple[Item, ...]


def switch(request: HttpRequest) -> Switch | None:
    """None for all but administrators and case workers, and while the user acts for somebody."""
    if not request.user.is_authenticated or whose_pages(request).mandate:
        return None
    roles = roles_of(request.user)
    chosen, names = administered_department(request), roles.administered_names
    page = "workflow:today"
    if chosen is None:
        chosen, names, page = _case_department(request), roles.case_departments, "booking:grants"
    if chosen is None:
        return None
    items = tuple(
        Item(name, reverse(page, args=[department]), department == chosen)
        for department, name in names.items()
    )
    return Switch(names[chosen], items)


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


def _items(request: HttpRequest, *entries: Entry) -> tuple[Item, ...]:
    items = []
    for label, name, args in entries:
        url = reverse(name, args=args)
        is_current = request.path == url
        if name not in ("home", "departments:overview"):  # all other URLs are below these
            urls = [url, *(reverse(also, args=args) for also in ALSO_UNDER.get(name, ()))]
            is_current = request.path.startswith(tuple(urls))
        items.append(Item(label, url, is_current))
    return tuple(items)
