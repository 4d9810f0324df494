"""Messages about mandates: given, ended, and left by their holder."""

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.messages.notices import Notice, Topic, Words, register
from accounts.models import Message
from booking.models import Mandate
from booking.notices.audience import is_read_without_log_in

GIVEN = "mandate.given"
ENDED, LEFT = "mandate.ended", "mandate.left"


def register_all() -> None:
    register(Notice(GIVEN, Topic.BY_OTHERS, compose_recipient))
    register(Notice(ENDED, Topic.BY_OTHERS, compose_ended))
    register(Notice(LEFT, Topic.BY_OTHERS, compose_left))


def compose_recipient(message: Message) -> Words | None:
    """To the recipient: somebody can act for them now. None when the mandate has ended."""
    mandate = _in_force(message)
    if mandate is None:
        return None
    return Words(
        subject=_("Somebody can act for you"),
        lines=(
            _("Somebody can see your visits from now on, or book for you."),
            _("Call us to know who, or if it is wrong.")
            if is_read_without_log_in(message)
            else _("Log in to see who. Call us if it is wrong."),
        ),
        path="" if is_read_without_log_in(message) else reverse("booking:mandates"),
    )


def compose_ended(message: Message) -> Words | None:
    """To the holder: the mandate has ended."""
    return Words(
        subject=_("You can't act for somebody any more"),
        lines=(_("Something that let you see or book for somebody has ended."),),
    )


def compose_left(message: Message) -> Words | None:
    """To the recipient: the mandate has ended."""
    return Words(
        subject=_("Somebody can't act for you any more"),
        lines=(
            _("Somebody could see your visits, or book for you. Now that has ended."),
            _("Your visits stay as they are. Call us to know who can act for you.")
            if is_read_without_log_in(message)
            else _("Your visits stay as they are. Log in to see who can act for you."),
        ),
        path="" if is_read_without_log_in(message) else reverse("booking:mandates"),
    )


def _in_force(message: Message) -> Mandate | None:
    assert message.about_id is not None
    today = timezone.localdate()
    return (
        Mandate.objects.filter(pk=message.about_id, revoked_at=None)
        .exclude(valid_until__lt=today)
        .first()
    )
