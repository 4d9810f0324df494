"""Transactions and locks of booking's actions."""

import contextlib
import uuid
from collections.abc import Iterable, Iterator

from django.db import IntegrityError

from booking import errors
from database import transactions
from database.pipeline import Query, run_pipeline
from departments.actions.days import lay_out
from departments.models import Day, Department

# Constraints of PostgreSQL that refuse what the locks should have prevented.
REFUSALS: dict[str, type[errors.BookingError]] = {
    "no_seat_taken_twice": errors.SlotTaken,
    "no_recipient_booked_twice": errors.OverlapsOwn,
    "no_overlapping_grants": errors.GrantOverlaps,
    "no_overlapping_mandates": errors.MandateOverlaps,
    "no_overlapping_pauses": errors.PauseOverlaps,
    "booking_booking_pkey": errors.KeyReused,
}


@contextlib.contextmanager
def one_transaction() -> Iterator[transactions.Ending]:
    """``database.transactions.one_transaction``; a violated constraint raises its
    ``BookingError``."""
    try:
        with transactions.one_transaction() as ending:
            yield ending
    except IntegrityError as error:
        refusal = REFUSALS.get(_constraint(error))
        if refusal is None:
            raise
        raise refusal from error


def lock_recipient(recipient_id: uuid.UUID) -> None:
    run_pipeline(lock_query(recipient_id))


def lock_query(recipient_id: uuid.UUID) -> Query:
    """The statement that locks a recipient's row and raises its revision."""
    return Query(
        "UPDATE booking_recipient SET revision = revision + 1 WHERE id = %s", [recipient_id]
    )


def lay_out_missing(days: Iterable[Day], department: Department) -> bool:
    """Lay out the locked Days that are not laid out yet; returns whether there were any."""
    missing = [day for day in days if day.laid_out_at is None]
    for day in missing:
        day.department = department
        lay_out(day)
    return bool(missing)


def _constraint(error: IntegrityError) -> str:
    diagnosis = getattr(error.__cause__, "diag", None)
    return getattr(diagnosis, "constraint_name", None) or ""
