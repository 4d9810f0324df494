"""Recipients, their grants and mandates, their bookings, and the visits on shifts."""

from booking.models.agreed_times import AgreedDate, AgreedTime
from booking.models.bookings import Booking, BookingEvent, Visit
from booking.models.coverage import CoverageAct
from booking.models.departures import Departure
from booking.models.feeds import CalendarFeed
from booking.models.grants import Grant
from booking.models.mandates import Mandate
from booking.models.own_plans import BusyTime, OwnPlan
from booking.models.patterns import Pattern, PatternDate, PatternTime
from booking.models.pauses import Pause
from booking.models.reassessments import Reassessment
from booking.models.recipients import Contact, KeyFacts, Recipient
from booking.models.relations import Relation
from booking.models.series import BookingSeries, SeriesDate
from booking.models.slack import Slack
from booking.models.visit_requests import VisitRequest
from booking.models.wishes import SlotWish

__all__ = [
    "AgreedDate",
    "AgreedTime",
    "Booking",
    "BookingEvent",
    "BookingSeries",
    "BusyTime",
    "CalendarFeed",
    "Contact",
    "CoverageAct",
    "Departure",
    "Grant",
    "KeyFacts",
    "Mandate",
    "OwnPlan",
    "Pattern",
    "PatternDate",
    "PatternTime",
    "Pause",
    "Reassessment",
    "Recipient",
    "Relation",
    "SeriesDate",
    "Slack",
    "SlotWish",
    "Visit",
    "VisitRequest",
]
