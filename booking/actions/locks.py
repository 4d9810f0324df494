"""One transaction for each verb, and what PostgreSQL says no to in the domain's words."""

import contextlib
import uuid
from collections.abc import Iterable, Iterator

from django.db import IntegrityError

from booking import errors
from database import transactions
from database.pipeline import Query, run_pipeline
from departments.actions.days import lay_out
from departments.models import Day, Department

# The last word, should a lock ever fail to keep two apart.
REFUSALS: dict[str, type[errors.BookingError]] = {
    "no_seat_taken_twice": errors.SlotTaken,
    "no_recipient_booked_twice": errors.OverlapsOwn,
    "no_overlapping_grants": errors.GrantOverlaps,
    "no_overlapping_mandates": errors.MandateOverlaps,
    "booking_booking_pkey": errors.KeyReused,
}


@contextlib.contextmanager
def one_transaction() -> Iterator[None]:
    """``database.transactions.one_transaction``, with refusals by constraints as
    ``BookingError``."""
    try:
        with transactions.one_transaction():
            yield
    except IntegrityError as error:
        refusal = REFUSALS.get(_constraint(error))
        if refusal is None:
            raise
        raise refusal from error


def lock_recipient(recipient_id: uuid.UUID) -> None:
    run_pipeline(locking(recipient_id))


def locking(recipient_id: uuid.UUID) -> Query:
    """Lock the person's row and raise its revision, in one statement."""
    return Query(
        "UPDATE booking_recipient SET revision = revision + 1 WHERE id = %s", [recipient_id]
    )


def lay_out_missing(days: Iterable[Day], department: Department) -> bool:
    """Lay out those of the department's locked Days that were not yet; whether any."""
    missing = [day for day in days if day.laid_out_at is None]
    for day in missing:
        day.department = department
        lay_out(day)
    return bool(missing)


def _constraint(error: IntegrityError) -> str:
    diagnosis = getattr(error.__cause__, "diag", None)
    return getattr(diagnosis, "constraint_name", None) or ""
