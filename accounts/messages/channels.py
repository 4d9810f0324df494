"""Contact channels of a user: the ones they chose, and the addresses that work."""

from collections.abc import Mapping
from dataclasses import dataclass

from accounts import queries
from accounts.messages import sms
from accounts.messages.notices import LETTER_TOPICS, MANDATORY, Topic
from accounts.models import DeadAddress, Message, MessageChoices, User
from accounts.phones import mobile_number

Channel = Message.Channel


@dataclass(frozen=True)
class ContactChannels:
    """Of a user, or of a recipient without a log-in (``user`` is None)."""

    addresses: Mapping[Channel, str]  # only those that work
    choices: MessageChoices

    @classmethod
    def of(cls, user: User | None, choices: MessageChoices | None = None) -> "ContactChannels":
        """``choices`` are the user's, when they have been read already."""
        if user is None:
            return cls({}, MessageChoices())
        choices = choices or queries.message_choices(user)
        if not user.is_active or not user.message_email:
            return cls({}, choices)
        dead = {(found.channel, found.address) for found in DeadAddress.objects.filter(user=user)}
        addresses = {Channel.EMAIL: user.message_email, Channel.SMS: mobile_number(user.phone)}
        # Somebody who can't log in has agreed to no text messages.
        if not sms.is_offered() or user.email is None:
            del addresses[Channel.SMS]
        working = {
            channel: address
            for channel, address in addresses.items()
            if address and (channel, address) not in dead
        }
        return cls(working, choices)

    def channels(self, topic: Topic) -> list[Channel]:
        """The channels for a message about ``topic``.

        A mandatory topic uses any working address if none of the chosen ones works. A letter
        is used only for people without a working address.
        """
        wanted = [Channel(name) for name in getattr(self.choices, topic)]
        working = [channel for channel in wanted if channel in self.addresses]
        if working or (not wanted and topic not in MANDATORY):
            return working
        if topic in MANDATORY and self.addresses:
            return [next(iter(self.addresses))]
        return [Channel.LETTER] if topic in LETTER_TOPICS and not self.addresses else []
