"""How urgent a visit is that nobody has, for the page of the duty lead."""

from dataclasses import dataclass
from enum import IntEnum

from booking.seating.coverage import SET, WINDOW

HOUR = 3600


class Urgency(IntEnum):
    """The most urgent first."""

    MUST_TODAY = 0
    WITHIN_HOURS = 1
    CAN_MOVE = 2
    MAY_LAPSE = 3


@dataclass(frozen=True)
class HowUrgent:
    """``hours`` are those in which the visit must begin, ``days`` those of its week or month
    that have a free time for the person after this one."""

    urgency: Urgency
    hours: int = 0
    days: int = 0


def how_urgent(
    kind: int, *, is_essential: bool, free_days: int, window_ends_in: int | None
) -> HowUrgent:
    """``kind`` is the class of the visit. ``window_ends_in``: after so many seconds its agreed
    window is over; None without one, or when it is over already.

    A set visit must be made today, and so must essential help without another free day. A visit
    within a window must begin before it ends, unless another day is free. Other visits can move
    to another free day, or may lapse when there is none.
    """
    if kind == SET:
        return HowUrgent(Urgency.MUST_TODAY)
    if free_days:
        return HowUrgent(Urgency.CAN_MOVE, days=free_days)
    if kind == WINDOW and window_ends_in is not None:
        return HowUrgent(Urgency.WITHIN_HOURS, hours=-(-window_ends_in // HOUR))
    if is_essential or kind == WINDOW:
        return HowUrgent(Urgency.MUST_TODAY)
    return HowUrgent(Urgency.MAY_LAPSE)
