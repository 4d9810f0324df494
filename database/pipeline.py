"""Several statements in one journey to PostgreSQL.

Between two journeys a process waits for the machine as well as for the answer, and under
a lock everybody else waits with it.
"""

from collections.abc import Mapping, Sequence
from contextlib import ExitStack, nullcontext
from typing import Any, NamedTuple

from django.db import connection


class Query(NamedTuple):
    sql: str
    values: Sequence[Any] | Mapping[str, Any] = ()


COMMIT = Query("COMMIT")


def run_pipeline(*questions: Query) -> list[list[tuple[Any, ...]]]:
    """The rows that answer each statement, in order. Each is one of its own: it waits for
    the lock that the one before it takes, and sees what was committed by then."""
    with ExitStack() as stack:
        cursors = [stack.enter_context(connection.cursor()) for _ in questions]
        several = connection.connection.pipeline() if len(questions) > 1 else nullcontext()
        with connection.wrap_database_errors, several:
            for cursor, asked in zip(cursors, questions, strict=True):
                cursor.execute(asked.sql, asked.values)
        return [cursor.fetchall() if cursor.description else [] for cursor in cursors]
