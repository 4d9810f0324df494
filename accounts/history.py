"""Descriptions of the changes that this app's actions record (``accounts.changes``)."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts import changes, invitations
from accounts.changes import People
from accounts.models import Change, Message


def register_all() -> None:
    changes.register(
        changes.ChangeKind(
            "log_in",
            gettext_lazy("Log-in and messages"),
            {
                "change_address": _address,
                "choose_messages": _message_choices,
                "create_token": _token,
                "revoke_token": _revoked_token,
                "revoke_all_tokens": _revoked_tokens,
                "mark_dead": _dead_address,
                "trust_again": _trusted_address,
                "mark_printed": _letter,
            },
        )
    )
    changes.register(
        changes.ChangeKind(
            "invitations",
            gettext_lazy("Invitations"),
            {
                "invite": _invited,
                "invite_by_letter": _printed,
                "use_letter": _used_letter,
                "confirm_invitation": _confirmed,
                "withdraw_invitation": _withdrawn,
                "replace_invitation": _replaced,
                "decline_invitation": _declined,
            },
            endings=("withdraw_invitation", "replace_invitation", "decline_invitation"),
        )
    )
    changes.register(
        changes.ChangeKind(
            "coordinators",
            gettext_lazy("Coordinators"),
            {"appoint_coordinator": _appointed, "dismiss_coordinator": _dismissed},
        )
    )


# -- Coordinators ------------------------------------------------------------------


def _appointed(change: Change, people: People) -> str:
    return _("Became a coordinator of the municipality")


def _dismissed(change: Change, people: People) -> str:
    return _("Is no longer a coordinator of the municipality")


# -- Log-in and messages -----------------------------------------------------------


def _address(change: Change, people: People) -> str:
    if change.after.get("is_contact"):  # missing in changes of earlier releases
        return _("The e-mail for messages was changed")
    if change.after["channel"] == Message.Channel.EMAIL:
        return _("The e-mail for logging in was changed")
    return _("The phone number was changed")


def _message_choices(change: Change, people: People) -> str:
    return _("Which messages are sent was changed")


def _token(change: Change, people: People) -> str:
    return _("New key for programs: %(name)s") % {"name": change.after["name"]}


def _revoked_token(change: Change, people: People) -> str:
    return _("Key for programs ended: %(name)s") % {"name": change.before["name"]}


def _revoked_tokens(change: Change, people: People) -> str:
    count = change.before["count"]
    return ngettext(
        "All keys for programs ended (%(count)s)", "All keys for programs ended (%(count)s)", count
    ) % {"count": count}


def _dead_address(change: Change, people: People) -> str:
    if change.after["channel"] == Message.Channel.EMAIL:
        return _("The e-mail returns messages")
    return _("The phone number returns messages")


def _trusted_address(change: Change, people: People) -> str:
    return _("Messages are sent again, to the address that returned them")


def _letter(change: Change, people: People) -> str:
    return _("A letter was printed")


# -- Invitations -------------------------------------------------------------------


def _invited(change: Change, people: People) -> str:
    return _("%(invitation)s: sent") % _invitation(change)


def _printed(change: Change, people: People) -> str:
    return _("%(invitation)s: printed as a letter") % _invitation(change)


def _used_letter(change: Change, people: People) -> str:
    return _("%(invitation)s: the code in the letter was used") % _invitation(change)


def _confirmed(change: Change, people: People) -> str:
    return _("%(invitation)s: confirmed") % _invitation(change)


def _withdrawn(change: Change, people: People) -> str:
    return _("%(invitation)s: withdrawn") % _invitation(change)


def _replaced(change: Change, people: People) -> str:
    return _("%(invitation)s: replaced by a newer one") % _invitation(change)


def _declined(change: Change, people: People) -> str:
    return _("%(invitation)s: declined") % _invitation(change)


def _invitation(change: Change) -> dict[str, str]:
    return {"invitation": invitations.label_of(change.after["kind"])}
