"""Whether and how people get a message when somebody else changes something for a recipient,
in sentences for whoever makes the change."""

from django.utils.translation import gettext as _

from accounts.messages.channels import Channel, ContactChannels
from accounts.messages.notices import Topic
from accounts.models import User
from accounts.phones import shown_number
from booking.models import Recipient
from booking.notices.audience import Addressee, addressees


def notified_for_staff(recipient: Recipient, *, is_too_late: bool = False) -> list[str]:
    """One sentence for each person. ``is_too_late``: the visit has begun, so that no message
    about it is sent any more."""
    return [
        _sentence(
            _name(to, recipient),
            frozenset() if is_too_late else _channels(to),
            phone=_phone(to, recipient),
            prints_letters=True,
        )
        for to in addressees(recipient)
    ]


def notified_for_helper(recipient: Recipient, helper: User) -> list[str]:
    """About the recipient and the helper only: the other helpers are no business of theirs."""
    found = []
    for to in addressees(recipient):
        if to.user == helper:
            found.append(_sentence_to_reader(_channels(to)))
        elif not to.is_other:
            found.append(_sentence(recipient.given_name, _channels(to)))
    return found


def messages_to_come(user: User, *, is_reminded: bool) -> list[str]:
    """What the user gets after a change of their own: the receipt, and the reminder the day
    before if there is still one."""
    channels = ContactChannels.of(user)
    found = []
    match sorted(channels.channels(Topic.CONFIRMATION)):
        case [Channel.EMAIL]:
            found.append(_("We send you a receipt by e-mail."))
        case [Channel.SMS]:
            found.append(_("We send you a receipt by text message."))
        case [Channel.EMAIL, Channel.SMS]:
            found.append(_("We send you a receipt by e-mail and text message."))
        case [Channel.LETTER]:
            found.append(_("We send you a receipt by letter."))
    if is_reminded and channels.channels(Topic.DAY_BEFORE):
        found.append(_("We remind you the day before."))
    return found


def _phone(to: Addressee, recipient: Recipient) -> str:
    """Empty for a holder who is a recipient with a confidential address."""
    if to.user is None or not to.is_other:
        return recipient.shown_phone
    own = Recipient.objects.filter(user=to.user).first()
    return "" if own and own.has_confidential_address else to.user.phone


def _name(to: Addressee, recipient: Recipient) -> str:
    return to.user.full_name if to.user and to.is_other else recipient.given_name


def _channels(to: Addressee) -> frozenset[Channel]:
    topic = Topic.FOR_OTHERS if to.is_other else Topic.BY_OTHERS
    channels = frozenset(ContactChannels.of(to.user).channels(topic))
    return channels - {Channel.LETTER} if to.is_copy else channels


def _sentence(
    name: str,
    channels: frozenset[Channel],
    phone: str = "",
    *,
    prints_letters: bool = False,
) -> str:
    match sorted(channels):
        case [Channel.EMAIL]:
            text = _("%(name)s gets an e-mail about this.")
        case [Channel.SMS]:
            text = _("%(name)s gets a text message about this.")
        case [Channel.EMAIL, Channel.SMS]:
            text = _("%(name)s gets an e-mail and a text message about this.")
        case [Channel.LETTER] if prints_letters:
            text = _("%(name)s gets a letter about this. It waits under “Letters” to be printed.")
        case [Channel.LETTER]:
            text = _("%(name)s gets a letter about this.")
        case _none if phone:
            text = _("%(name)s gets no message about this. Call %(phone)s.")
        case _none:
            text = _("%(name)s gets no message about this.")
    return text % {"name": name, "phone": shown_number(phone)}


def _sentence_to_reader(channels: frozenset[Channel]) -> str:
    match sorted(channels):
        case [Channel.EMAIL]:
            return _("You get an e-mail about this.")
        case [Channel.SMS]:
            return _("You get a text message about this.")
        case [Channel.EMAIL, Channel.SMS]:
            return _("You get an e-mail and a text message about this.")
        case _none:
            return _("You get no message about this.")
