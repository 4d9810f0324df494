"""What the storey below asks of this one about visits that are over."""

import uuid
from collections.abc import Collection, Mapping

from booking.outcomes import Outcome
from workflow.models import Report

OUTCOMES = {
    Report.Outcome.DONE: Outcome.DONE,
    Report.Outcome.NOT_AVAILABLE: Outcome.NOT_FOUND,
    Report.Outcome.UNABLE: Outcome.COULD_NOT_COME,
}


class ReportedOutcomes:
    """Implements ``booking.outcomes.Outcomes``."""

    def of(self, bookings: Collection[uuid.UUID]) -> Mapping[uuid.UUID, Outcome]:
        """Of two carers the one who did it counts."""
        found: dict[uuid.UUID, Outcome] = {}
        reports = Report.objects.filter(visit__booking__in=bookings)
        for booking_id, outcome in reports.values_list("visit__booking", "outcome"):
            told = OUTCOMES[Report.Outcome(outcome)]
            if found.get(booking_id) is not Outcome.DONE:
                found[booking_id] = told
        return found
