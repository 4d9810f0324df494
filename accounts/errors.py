"""Errors raised when an address is changed, or an invitation answered."""


class AddressError(Exception):
    """The address was not changed."""


class TooManyCodes(AddressError):
    """Too many codes were requested within an hour, by this user or for this address."""


class CodeNotSent(AddressError):
    """The mail service or the SMS gateway did not accept the code."""


class WrongCode(AddressError):
    """Not the code that was sent. Attempts are left."""


class NoCode(AddressError):
    """There is no pending code: used, too many attempts, or too old."""


class AddressTaken(AddressError):
    """Another user has this address."""


class KeyReused(Exception):
    """The form was sent before: its key is the id of what it made."""


class InvitationError(Exception):
    """The invitation was not made, or not answered."""


class TooManyInvitations(InvitationError):
    """The person has too many open, or the department has made too many today."""


class InvitationClosed(InvitationError):
    """It was answered or withdrawn before, or is too old."""


class InvitationRefused(InvitationError):
    """What it proposes can't be done for this user."""


class OwnInvitation(InvitationRefused):
    """Nobody confirms, or accepts for themselves, what they have proposed about another."""
