"""Kinds of invitations. The apps above register theirs here.

This app sends invitations and records the answers. It knows nothing of departments and
recipients: an app above registers each kind at start-up, with functions that say what is
asked and what accepting does.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from operator import attrgetter
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from accounts.models import Invitation, User


@dataclass(frozen=True)
class InvitationKind:
    """A kind of invitation.

    ``question`` is for whoever reads the mail: no name, no department. ``details`` says who
    asks, for each invitation by its id, and is shown to a user who has logged in with the
    address. ``new_user`` is called when nobody has the address, and returns a user who has it
    from then on. ``accept`` does what was proposed for the user who has the address, and records
    the change. Both run in the transaction of the answer, and raise ``InvitationRefused`` if it
    can't be done. ``lock`` locks the target, before the invitation is locked. ``label`` names
    the invitation in the list of changes, and ``subject`` is the recipient or user whom it
    concerns. ``replaces_earlier``: a target has at most one open invitation, the newest.
    """

    kind: str
    question: str | Promise
    details: Callable[[Sequence[Invitation]], dict[UUID, list[str]]]
    new_user: Callable[[Invitation], User]
    accept: Callable[[Invitation, User], None]
    lock: Callable[[Invitation], None]
    label: str | Promise
    subject: Callable[[Invitation], UUID | None] = attrgetter("target_id")
    replaces_earlier: bool = False


_kinds: dict[str, InvitationKind] = {}


def register(kind: InvitationKind) -> None:
    _kinds[kind.kind] = kind


def find(kind: str) -> InvitationKind:
    """Raises ``KeyError`` for a kind that is not registered."""
    return _kinds[kind]


def label_of(kind: str) -> str:
    """The name of a kind; of one that is not registered, what all have in common."""
    found = _kinds.get(kind)
    return str(found.label) if found else _("Invitation")


def details_of(found: Sequence[Invitation]) -> dict[UUID, list[str]]:
    """Who asks, for each invitation by its id."""
    details: dict[UUID, list[str]] = {}
    for name in {invitation.kind for invitation in found}:
        details |= find(name).details([one for one in found if one.kind == name])
    return details
