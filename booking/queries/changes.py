"""The recipients whom changes name (``accounts.changes``)."""

import uuid
from collections.abc import Collection, Mapping

from accounts.changes import Person
from booking.models import Recipient


def people_in_changes(ids: Collection[uuid.UUID]) -> Mapping[uuid.UUID, Person]:
    recipients = Recipient.objects.filter(pk__in=ids).only(
        "given_name", "family_name", "has_confidential_address"
    )
    return {
        recipient.pk: Person(
            recipient.full_name,
            is_confidential=recipient.has_confidential_address,
            is_recipient=True,
        )
        for recipient in recipients
    }
