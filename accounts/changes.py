"""Kinds of changes, and how each verb is described. The apps above register theirs here.

A change stores keys and values. Its description is a sentence in the reader's language, made
when a page shows it.
"""

import datetime as dt
import uuid
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import DateField, Model
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts import dates
from accounts.models import Change, User
from accounts.phones import shown_number

CHANGED = "changed"  # the key in ``after`` under which fields without values are named
PERSON = "person"  # the key in ``before`` and ``after`` of another person than the subject
# Verbs by which the subject took over everything of the person ``object_id``.
JOINS = ("join_person", "join_recipient")


@dataclass(frozen=True)
class Person:
    """Somebody whom changes name."""

    name: str
    is_recipient: bool = False


@dataclass(frozen=True)
class People:
    """The people whom some changes name, by id."""

    found: Mapping[uuid.UUID, Person]
    this_year: int

    def name(self, id_: uuid.UUID | str | None) -> str:
        """The name; empty when the person is no longer known."""
        key = uuid.UUID(id_) if isinstance(id_, str) else id_
        person = self.found.get(key) if key else None
        return person.name if person else ""


Describer = Callable[[Change, People], str]
Finder = Callable[[Collection[uuid.UUID]], Mapping[uuid.UUID, Person]]


@dataclass(frozen=True)
class ChangeKind:
    """Changes that a page can be filtered by. ``describers`` are by verb.

    A page names a change's subject before the description, unless all of the kind's
    descriptions do. After one of the verbs ``endings``, the row can't be opened any more.
    """

    kind: str
    label: str | Promise
    describers: Mapping[str, Describer]
    names_subject: bool = False
    endings: Collection[str] = ()


@dataclass(frozen=True)
class ChangeLine:
    """A change as pages show it. A page that shows a recipient's name logs the access."""

    id: int
    at: dt.datetime
    by: str
    by_id: uuid.UUID | None
    department_id: uuid.UUID | None
    whom_id: uuid.UUID | None
    whom: str  # empty when the description says it
    is_about_recipient: bool
    description: str
    reason: str
    can_be_undone: bool = False


_kinds: dict[str, ChangeKind] = {}
_kind_of: dict[str, ChangeKind] = {}
_finders: list[Finder] = []


def register(kind: ChangeKind) -> None:
    _kinds[kind.kind] = kind
    _kind_of.update(dict.fromkeys(kind.describers, kind))


def register_people(find: Finder) -> None:
    """Register a function that finds people by id."""
    _finders.append(find)


def all_kinds() -> list[ChangeKind]:
    return list(_kinds.values())


def verbs_of(kind: str) -> list[str]:
    """The verbs of a kind; none of an unknown kind."""
    found = _kinds.get(kind)
    return list(found.describers) if found else []


def ending_verbs() -> list[str]:
    return [verb for kind in _kinds.values() for verb in kind.endings]


def lines_of(changes: Iterable[Change], this_year: int) -> list[ChangeLine]:
    """Describe changes. The number of queries does not depend on their number."""
    changes = list(changes)
    people = People(people_of(changes), this_year)
    return [_line(change, people) for change in changes]


def _line(change: Change, people: People) -> ChangeLine:
    kind = _kind_of.get(change.verb)
    whom = people.found.get(change.subject_id) if change.subject_id else None
    return ChangeLine(
        id=change.pk,
        at=change.at,
        by=people.name(change.actor_id),
        by_id=change.actor_id,
        department_id=change.department_id,
        whom_id=change.subject_id,
        whom=whom.name if whom and not (kind and kind.names_subject) else "",
        is_about_recipient=whom is not None and whom.is_recipient,
        description=describe(change, people),
        reason=change.reason,
    )


def describe(change: Change, people: People) -> str:
    kind = _kind_of.get(change.verb)
    if kind is None:  # recorded by a newer version of the product
        return _("Something else was changed")
    return kind.describers[change.verb](change, people)


def people_of(changes: Iterable[Change]) -> dict[uuid.UUID, Person]:
    """The actors, subjects and other people of the changes."""
    return find_people(
        {
            id_
            for change in changes
            for id_ in (
                change.actor_id,
                change.subject_id,
                _uuid(change.before.get(PERSON)),
                _uuid(change.after.get(PERSON)),
            )
            if id_ is not None
        }
    )


def describe_values(model: type[Model], change: Change, this_year: int) -> str:
    """Each changed field by its verbose name: "travel minutes: 15 → 20; address: changed"."""
    fields: dict[str, Any] = {one.name: one for one in model._meta.concrete_fields}
    parts = [
        f"{fields[name].verbose_name}: {_value(fields[name], change.before.get(name), this_year)}"
        f" → {_value(fields[name], new, this_year)}"
        for name, new in change.after.items()
        if name in fields and change.before.get(name) != new
    ]
    parts += [
        _("%(field)s: changed") % {"field": fields[name].verbose_name}
        for name in change.after.get(CHANGED, ())
    ]
    return capital("; ".join(parts)) or _("other terms")


def capital(text: str) -> str:
    """With a capital first letter."""
    return text[:1].upper() + text[1:]


def _value(model_field: Any, value: Any, this_year: int) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if value in (None, ""):
        return _("nothing")
    if model_field.choices:
        return str(dict(model_field.flatchoices).get(value, value))
    if type(model_field) is DateField:
        return dates.day(dt.date.fromisoformat(value), get_language(), this_year=this_year)
    return shown_number(value) if model_field.name == "phone" else str(value)


def find_people(ids: Collection[uuid.UUID]) -> dict[uuid.UUID, Person]:
    """Also somebody whose row was joined with another's: then by the other's name."""
    found = _find(ids)
    missing = set(ids) - found.keys()
    if not missing:
        return found
    joined = {
        old: new
        for old, new in Change.objects.filter(verb__in=JOINS, object_id__in=missing).values_list(
            "object_id", "subject_id"
        )
        if old is not None and new is not None
    }
    found.update(_find(set(joined.values()) - found.keys()))
    return found | {old: found[new] for old, new in joined.items() if new in found}


def ids_joined_with(id_: uuid.UUID) -> list[uuid.UUID]:
    """The person's id, and those of the rows that were joined with theirs."""
    joined = Change.objects.filter(verb__in=JOINS, subject_id=id_).values_list(
        "object_id", flat=True
    )
    return [id_, *(old for old in joined if old is not None)]


def _find(ids: Collection[uuid.UUID]) -> dict[uuid.UUID, Person]:
    if not ids:
        return {}
    users = User.objects.filter(pk__in=ids).only("given_name", "family_name")
    found = {user.pk: Person(user.full_name) for user in users}
    for find in _finders:
        found.update(find(ids))
    return found


def _uuid(value: str | None) -> uuid.UUID | None:
    return uuid.UUID(value) if value else None
