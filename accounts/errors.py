"""Why something about one's own log-in was not done, in words of this storey."""


class AddressError(Exception):
    """The address stays as it was."""


class TooManyCodes(AddressError):
    """So many were asked for within the hour, by this person or for this address."""


class CodeNotSent(AddressError):
    """The mail service or the gateway did not take it."""


class WrongCode(AddressError):
    """Not the one that was sent. There are tries left."""


class NoCode(AddressError):
    """None is waited for: it was used, tried too often, or is too old."""


class AddressTaken(AddressError):
    """Somebody else logs in with it."""
