"""Errors raised when an address is changed."""


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
