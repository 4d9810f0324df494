"""What a page was about, and somebody has removed since: said to the department's
administrators in place of "not found".

``departments.access.administrator`` looks here when a view finds nothing. Apps above register
how they find what was removed.
"""

import datetime as dt
import uuid
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.http import Http404
from django.urls import reverse
from django.utils import timezone

from accounts.access import PersonRequest
from accounts.changes import People, describe, ending_verbs, people_of
from accounts.models import Change, User
from accounts.pages import page_of
from departments.models import Department
from departments.queries.changes import changes_of

MOST_IDS = 20  # in one form


@dataclass(frozen=True)
class Removal:
    """``object_id`` is what was removed; ``by`` is None when nobody in particular did it."""

    object_id: object
    at: dt.datetime
    by: User | None
    description: str


# Gets the department, the URL's arguments, and all ids of the URL and the form.
Finder = Callable[[Department, Mapping[str, Any], Collection[uuid.UUID]], Removal | None]
_finders: list[Finder] = []


def register(find: Finder) -> None:
    _finders.append(find)


class Removed(Http404):
    """``by`` is a colleague's name, or empty; ``page`` shows what is there now."""

    def __init__(self, removal: Removal, by: str, page: str) -> None:
        super().__init__()
        self.removal, self.by, self.page = removal, by, page


def find_removed(
    request: PersonRequest, department: Department, arguments: Mapping[str, Any]
) -> Removed | None:
    """``arguments`` are those of the URL. Only what the department's changes say."""
    ids = [value for value in arguments.values() if isinstance(value, uuid.UUID)]
    ids += _sent_ids(request)
    for find in (_changed, *_finders):
        removal = find(department, arguments, ids)
        if removal is not None:
            page = page_of(request.path.partition(f"/{removal.object_id}/")[0] + "/")
            return Removed(removal, _colleague(department, removal.by), page)
    return None


def removed_special_day(department: Department, date: dt.date) -> Removed | None:
    change = (
        changes_of(department)
        .filter(verb="remove_special_day", after__from=date.isoformat())
        .select_related("actor")
        .first()
    )
    if change is None:
        return None
    page = reverse("departments:special_days", args=[department.pk])
    return Removed(_removal(change, date), _colleague(department, change.actor), page)


def _changed(
    department: Department, arguments: Mapping[str, Any], ids: Collection[uuid.UUID]
) -> Removal | None:
    """From the latest change that ended one of the rows."""
    ended = Q(verb__in=ending_verbs(), object_id__in=ids)
    for id_ in ids:  # a change of hours has the rows before and after it
        row = [{"id": str(id_)}]
        ended |= Q(before__rows__contains=row) & ~Q(after__rows__contains=row)
    if "held" in arguments:
        ended |= Q(verb="take_qualification", before__held=arguments["held"])
    change = changes_of(department).filter(ended).select_related("actor").first()
    return _removal(change, _removed_id(change, arguments, ids)) if change else None


def _removal(change: Change, object_id: object) -> Removal:
    people = People(people_of([change]), timezone.localdate().year)
    return Removal(object_id, change.at, change.actor, describe(change, people))


def _removed_id(
    change: Change, arguments: Mapping[str, Any], ids: Collection[uuid.UUID]
) -> object:
    if change.object_id in ids:
        return change.object_id
    if "held" in arguments:
        return arguments["held"]
    rows = {row["id"] for row in change.before.get("rows", ())}
    return next(id_ for id_ in ids if str(id_) in rows)


def _sent_ids(request: PersonRequest) -> list[uuid.UUID]:
    found = []
    for value in list(request.POST.values())[:MOST_IDS]:
        try:
            found.append(uuid.UUID(str(value)))
        except ValueError:
            continue
    return found


def _colleague(department: Department, by: User | None) -> str:
    """The name, of somebody who works in the department."""
    if by is None or not by.employments.filter(department=department).exists():
        return ""
    return by.full_name
