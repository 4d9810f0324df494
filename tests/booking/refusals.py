"""The errors that booking a visit may raise, found from the class itself.

A new ``BookingError`` is one of them until it is listed here as another verb's.
"""

from booking import errors

OF_OTHER_VERBS = {
    errors.TooManyWishes,
    errors.GrantOverlaps,
    errors.MandateOverlaps,
    errors.OwnHelper,
    errors.LogInTaken,
    errors.NotOnlyOurs,
    errors.CannotTake,
}
REFUSALS_OF_BOOKING = sorted(
    set(errors.BookingError.__subclasses__()) - OF_OTHER_VERBS, key=lambda error: error.__name__
)
