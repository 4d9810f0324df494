"""Without compiled statements, pipelines and other tuning of connections and stores."""

from time import time
from typing import Any

from django.core.cache import cache
from django.db import connection, connections
from django.db.backends.postgresql import base

from accounts import rate
from benchmarks.plain import Swap, everywhere
from database import pipeline, statements, transactions
from database.pipeline import Query
from database.postgres.base import DatabaseWrapper


def nothing() -> list[Swap]:
    return []


def orm_builds_sql() -> list[Swap]:
    """Django builds a statement's SQL each time and converts each column of its rows."""

    def rows(self: statements.Statement, **values: object) -> list[tuple[Any, ...]]:
        return list(self._build(**values))

    return [
        Swap(statements.Statement, "rows", rows),
        Swap(statements.ModelColumns, "_converters", property(lambda self: [])),
    ]


def one_statement_at_a_time() -> list[Swap]:
    def run(*queries: Query) -> list[list[tuple[Any, ...]]]:
        found = []
        for query in queries:
            with connection.cursor() as cursor:
                cursor.execute(query.sql, query.values)
                found.append(cursor.fetchall() if cursor.description else [])
        return found

    return everywhere(pipeline.run_pipeline, run)


def django_commits() -> list[Swap]:
    """The last statements are sent when they are known, and Django's COMMIT after them."""

    def finish_with(self: transactions.Ending, *last: Query) -> None:
        pipeline.run_pipeline(*last)

    return [Swap(transactions.Ending, "finish_with", finish_with)]


def select_1() -> list[Swap]:
    return [Swap(DatabaseWrapper, "is_usable", base.DatabaseWrapper.is_usable)]


def nothing_prepared() -> list[Swap]:
    """The driver puts the values into the text, and PostgreSQL plans each statement."""
    options = connections.settings["default"]["OPTIONS"]
    return [
        Swap(options, "server_side_binding", False),
        Swap(options, "prepare_threshold", None),
    ]


def each_request_counted() -> list[Swap]:
    """Each request is counted in Redis."""

    def wait(self: rate.Rate, who: object, limit: int) -> int:
        minute, second = divmod(int(time()), rate.MINUTE)
        key = f"{self._name}:{who}:{minute}"
        cache.add(key, 0, 2 * rate.MINUTE)
        count: int = cache.incr(key)
        return rate.MINUTE - second if count > limit else 0

    return [Swap(rate.Rate, "wait", wait)]
