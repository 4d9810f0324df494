"""Whether a booking counts in the quota, as its reports say."""

import uuid

from booking import actions as booking_actions
from booking.actions.locks import lock_recipient
from booking.models import Visit
from workflow.errors import NotYourVisit
from workflow.outcomes import ReportedOutcomes


def lock_recipient_of(visit_id: uuid.UUID) -> None:
    """Before the visit, as a cancellation does. Raises ``NotYourVisit`` without the visit."""
    recipient_id = (
        Visit.objects.filter(pk=visit_id).values_list("booking__recipient", flat=True).first()
    )
    if recipient_id is None:
        raise NotYourVisit
    lock_recipient(recipient_id)


def charge_by_reports(booking_id: uuid.UUID) -> None:
    """Nothing changes, and nobody gets a message, while a visit is without contact and nobody
    has met the recipient. The caller holds the recipient's lock."""
    outcome = ReportedOutcomes().of([booking_id]).get(booking_id)
    if outcome is not None:
        booking_actions.charge(booking_id=booking_id, outcome=outcome)
