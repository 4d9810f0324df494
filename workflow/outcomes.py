"""The interface ``booking.outcomes.Outcomes``, implemented with reports."""

import uuid
from collections.abc import Collection, Mapping

from django.db.models import Exists, OuterRef

from booking.outcomes import Outcome
from workflow.models import NoContact, Report

OUTCOMES = {
    Report.Outcome.DONE: Outcome.DONE,
    Report.Outcome.NOT_AVAILABLE: Outcome.NOT_FOUND,
    Report.Outcome.UNABLE: Outcome.COULD_NOT_COME,
}


class ReportedOutcomes:
    def of(self, bookings: Collection[uuid.UUID]) -> Mapping[uuid.UUID, Outcome]:
        """The reported outcome of each booking; of two carers' reports, done takes precedence.

        None for a visit without contact that nobody has confirmed: until then the recipient
        and their helpers are told nothing.
        """
        found: dict[uuid.UUID, Outcome] = {}
        without_contact = NoContact.objects.filter(visit=OuterRef("visit"), confirmed_at=None)
        reports = Report.objects.filter(~Exists(without_contact), visit__booking__in=bookings)
        for booking_id, outcome in reports.values_list("visit__booking", "outcome"):
            reported = OUTCOMES[Report.Outcome(outcome)]
            if found.get(booking_id) is not Outcome.DONE:
                found[booking_id] = reported
        return found
