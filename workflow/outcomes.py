"""The interface ``booking.outcomes.Outcomes``, implemented with reports."""

import uuid
from collections.abc import Collection, Mapping

from django.db.models import Exists, OuterRef

from booking.outcomes import Outcome
from workflow.models import NoContact, Report

# Which of two carers' reports is the booking's: first what was done.
PRECEDENCE = [
    Outcome.DONE,
    Outcome.PARTLY,
    Outcome.IN_HOSPITAL,
    Outcome.UNABLE,
    Outcome.DECLINED,
    Outcome.NO_CONTACT,
]


class ReportedOutcomes:
    def of(self, bookings: Collection[uuid.UUID]) -> Mapping[uuid.UUID, Outcome]:
        """The reported outcome of each booking; of two carers' reports by ``PRECEDENCE``.

        None for a visit without contact that nobody has confirmed: until then the recipient
        and their helpers are told nothing.
        """
        found: dict[uuid.UUID, Outcome] = {}
        without_contact = NoContact.objects.filter(visit=OuterRef("visit"), confirmed_at=None)
        reports = Report.objects.filter(~Exists(without_contact), visit__booking__in=bookings)
        for booking_id, reported in reports.values_list("visit__booking", "outcome"):
            outcome = Outcome(reported)
            known = found.get(booking_id, outcome)
            found[booking_id] = min(known, outcome, key=PRECEDENCE.index)
        return found

    def reported(self, visits: Collection[uuid.UUID]) -> set[uuid.UUID]:
        return set(Report.objects.filter(visit__in=visits).values_list("visit", flat=True))
