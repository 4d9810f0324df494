"""Addresses that gave messages back for good: nothing is sent there until they are trusted."""

from accounts.models import DeadAddress, Message, User


def mark_dead(*, user: User, channel: Message.Channel, address: str) -> None:
    DeadAddress.objects.update_or_create(user=user, channel=channel, defaults={"address": address})


def record_bounce(*, email: str) -> None:
    """The mail service reports that a mail to this address came back for good."""
    for user in User.objects.filter(email__iexact=email):
        mark_dead(user=user, channel=Message.Channel.EMAIL, address=user.email or email)


def trust_again(*, user: User, by: User) -> None:
    """Send to the user's addresses again, after staff have checked that they work."""
    DeadAddress.objects.filter(user=user).delete()
