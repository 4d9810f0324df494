"""Several statements in one round trip to PostgreSQL (libpq's pipeline mode).

Between two round trips a process waits for a CPU as well as for the answer, and while it
holds a lock, everybody who wants that lock waits with it.
"""

from collections.abc import Mapping, Sequence
from contextlib import ExitStack, nullcontext
from typing import Any, NamedTuple

from django.db import connection


class Query(NamedTuple):
    sql: str
    values: Sequence[Any] | Mapping[str, Any] = ()


def run_pipeline(*queries: Query) -> list[list[tuple[Any, ...]]]:
    """The rows of each query, in order. Each is a statement by itself: it waits for the lock
    that the one before it takes, and sees what was committed by then."""
    with ExitStack() as stack:
        cursors = [stack.enter_context(connection.cursor()) for _ in queries]
        pipeline = connection.connection.pipeline() if len(queries) > 1 else nullcontext()
        with connection.wrap_database_errors, pipeline:
            for cursor, query in zip(cursors, queries, strict=True):
                cursor.execute(query.sql, query.values)
        return [cursor.fetchall() if cursor.description else [] for cursor in cursors]
