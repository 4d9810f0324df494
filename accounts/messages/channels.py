"""How a person can be reached: what they chose, and which of their addresses work."""

from collections.abc import Mapping
from dataclasses import dataclass

from accounts.messages import sms
from accounts.messages.notices import MUST_BE_TOLD, WORTH_A_LETTER, Topic
from accounts.models import DeadAddress, Message, MessageChoices, User
from accounts.phones import mobile_number

Channel = Message.Channel


@dataclass(frozen=True)
class ContactChannels:
    """Of somebody who can log in, or of nobody: a recipient without a log-in."""

    addresses: Mapping[Channel, str]  # those that work
    choices: MessageChoices

    @classmethod
    def of(cls, user: User | None) -> "ContactChannels":
        if user is None:
            return cls({}, MessageChoices())
        choices = MessageChoices.objects.filter(user=user).first() or MessageChoices(user=user)
        if not user.is_active:
            return cls({}, choices)
        dead = {(row.channel, row.address) for row in DeadAddress.objects.filter(user=user)}
        addresses = {Channel.EMAIL: user.email, Channel.SMS: mobile_number(user.phone)}
        if not sms.is_offered():
            del addresses[Channel.SMS]
        working = {
            channel: address
            for channel, address in addresses.items()
            if address and (channel, address) not in dead
        }
        return cls(working, choices)

    def channels(self, topic: Topic) -> list[Channel]:
        """Where to tell it. What must be told goes where it can, chosen or not; nothing
        but a letter is left for those without any address."""
        wanted = [Channel(name) for name in getattr(self.choices, topic)]
        found = [channel for channel in wanted if channel in self.addresses]
        if found or (not wanted and topic not in MUST_BE_TOLD):
            return found
        if topic in MUST_BE_TOLD and self.addresses:
            return [next(iter(self.addresses))]
        return [Channel.LETTER] if topic in WORTH_A_LETTER and not self.addresses else []
