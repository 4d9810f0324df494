"""Each ``BookingError`` as a response of the API."""

from typing import Any

from django.utils.translation import gettext as _

from accounts.api import Refusal, invalid
from booking import errors
from booking.api.schemas import BalanceOut, SlotOut
from database.transactions import Busy

RETRY_AFTER = 2  # seconds


def refusal_of(error: errors.BookingError | Busy) -> Refusal:
    more: dict[str, Any] = {}
    match error:
        case Busy():
            message = _("Many are booking this day right now. Nothing was changed. Try again.")
            return Refusal(503, "busy", message, headers={"Retry-After": str(RETRY_AFTER)})
        case errors.SlotTaken(alternatives=alternatives):
            more["alternatives"] = [
                SlotOut.of(slot).model_dump(mode="json") for slot in alternatives or ()
            ]
            return Refusal(409, "slot_taken", _("The time is no longer free."), more=more)
        case errors.OverQuota(balance=balance):
            code, message = "over_quota", _("The grant gives no more in that week or month.")
            if balance and balance.is_less_than_a_visit:
                message = _("The grant gives less than one visit takes.")
            if balance:
                more["balance"] = BalanceOut.of(balance).model_dump(mode="json")
        case errors.OutsideHorizon(last_day=last_day):
            code, message = "outside_horizon", _("That is later than can be booked yet.")
            if last_day:
                more["last_day"] = last_day.isoformat()
        case errors.AlreadyReported():
            code, message = "already_reported", _("What happened at this visit is recorded.")
        case errors.ReasonMissing():
            return reason_required()
        case errors.TooLate():
            code, message = "too_late", _("It is too late for that.")
        case errors.NotGranted():
            code, message = "not_granted", _("There is no grant of this service on that day.")
        case errors.Paused():
            code, message = "paused", _("The help is paused on that day.")
        case errors.OverlapsOwn():
            code, message = "overlaps_own", _("There is another visit at that time.")
        case errors.NoSuchSlot():
            code, message = "no_such_slot", _("No visit can begin at that time.")
        case errors.TimesAreSet():
            code = "times_are_set"
            message = _("The municipality sets the times of this service. Only staff change them.")
        case errors.NotYoursYet():
            code, message = "not_yours_yet", _("Staff choose the times until a later date.")
        case errors.OutsideWindow():
            code, message = "outside_window", _("The time is outside the agreed window.")
        case errors.EnoughThatDay():
            code = "enough_that_day"
            message = _("There is a visit of this service that day already.")
        case errors.TooClose():
            code = "too_close"
            message = _("It is too few days from another visit of this service.")
        case errors.NotOpen():
            code, message = "not_open", _("This service can't be booked now.")
        case errors.KeyReused():
            code, message = "key_reused", _("This Idempotency-Key was used for another request.")
        case _other:
            code, message = "not_possible", _("This can't be done.")
    return Refusal(422, code, message, more=more)


def reason_required() -> Refusal:
    return Refusal(422, "reason_required", _("Tell the person why, in “reason”."))


def range_too_long(days: int) -> Refusal:
    message = _("Ask for at most %(days)s days at once.") % {"days": days}
    return Refusal(422, "range_too_long", message)


def out_of_order() -> Refusal:
    message = _("“to” is before “from”.")
    return invalid([{"where": "query.to", "message": message}])
