"""The mail of an invitation."""

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts import invitations
from accounts.messages.notices import Words
from accounts.models import Invitation


def compose(invitation: Invitation) -> Words:
    """The same for everybody: it must not tell whether the address has a log-in."""
    return Words(
        subject=_("You have an invitation"),
        lines=(
            _("%(municipality)s asks:") % {"municipality": settings.MUNICIPALITY}
            + f" {invitations.find(invitation.kind).question}",
            _("Open the page below to say yes or no. It can be used for 14 days."),
            _("Do you not know what this is? Then you need do nothing."),
        ),
        path=reverse("accounts:invitation", args=[invitation.token]),
    )
