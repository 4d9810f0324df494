"""The errors that booking a visit may raise, found from the class itself.

A new ``BookingError`` is one of them until it is listed here as another verb's.
"""

from booking import errors

OF_OTHER_VERBS = {
    errors.BeginsTooEarly,
    errors.TooManyPlans,
    errors.TooManyWishes,
    errors.HasDeparted,
    errors.OwnReport,
    errors.PauseOverlaps,
    errors.GrantOverlaps,
    errors.NotAgreeable,
    errors.MandateOverlaps,
    errors.OwnHelper,
    errors.OwnAddress,
    errors.NotOnlyOurs,
    errors.CannotTake,
    errors.HasLogIn,
}
ONLY_STAFF_MEET = {errors.ReasonMissing}
STAFF_NEVER_MEET = {
    errors.TimesAreSet,
    errors.NotYoursYet,
    errors.OutsideWindow,
    errors.EnoughThatDay,
    errors.TooClose,
}


def _by_name(found: set[type[errors.BookingError]]) -> list[type[errors.BookingError]]:
    return sorted(found, key=lambda error: error.__name__)


ALL_REFUSALS = _by_name(set(errors.BookingError.__subclasses__()) - OF_OTHER_VERBS)
REFUSALS_OF_STAFF = _by_name(set(ALL_REFUSALS) - STAFF_NEVER_MEET)
REFUSALS_OF_BOOKING = _by_name(set(ALL_REFUSALS) - ONLY_STAFF_MEET)
