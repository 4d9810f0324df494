"""Queries compiled to SQL once, for the few that run on nearly every request.

Django builds a query's SQL each time it runs. For these queries that takes longer than
PostgreSQL needs to answer.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Generic, TypeVar

from django.db import connection
from django.db.models import Model, QuerySet

M = TypeVar("M", bound=Model)

# psycopg keeps the parsed form of SQL texts up to this length, and parses longer ones each time.
LONGEST_CACHED_SQL = 4096
_NAME_OF_COLUMN = re.compile(r' AS "\w+__\w+"')


class Statement:
    """One query with named parameters.

    ``build`` makes the queryset of tuples (``values_list``) from the named values. It runs
    once, with ``examples`` that differ from each other and from every other parameter of
    the query: that is how the positions of the parameters are found.
    Rows come as the driver reads them. This suits columns of numbers, text, UUIDs, dates,
    times and arrays of these, which need no conversion by Django.
    """

    def __init__(self, build: Callable[..., QuerySet[Any, Any]], **examples: object) -> None:
        self._build = build
        self._examples = examples
        self._sql = ""
        self._params: tuple[object, ...] = ()
        self._positions: list[tuple[int, str]] = []

    def rows(self, **values: object) -> list[tuple[Any, ...]]:
        if not self._sql:
            self._compile()
        params: list[Any] = list(self._params)
        for position, name in self._positions:
            params[position] = values[name]
        with connection.cursor() as cursor:
            cursor.execute(self._sql, params)
            rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows

    def _compile(self) -> None:
        """Raises ``ValueError`` when two examples are equal."""
        sql, params = self._build(**self._examples).query.sql_with_params()
        positions = [
            (position, name)
            for position, param in enumerate(params)
            for name, example in self._examples.items()
            if param == example
        ]
        if len({position for position, _ in positions}) < len(positions):
            raise ValueError("Two examples are the same.")
        self._positions, self._params = positions, params
        # Rows are read by position. Without the names the SQL is a third shorter.
        sql = _NAME_OF_COLUMN.sub("", sql)
        self._sql = sql  # last, because other threads check it without a lock


@dataclass(frozen=True)
class ModelColumns(Generic[M]):
    """The columns of one model within the rows of a statement that joins several models.

    ``path`` is the lookup prefix of the model ("owner__"); ``place`` the index of its first
    column. Columns ``without`` which the statement does are deferred fields of the instance.
    """

    model: type[M]
    path: str = ""
    place: int = 0
    without: frozenset[str] = frozenset()

    @cached_property
    def columns(self) -> list[str]:
        return [field.attname for field in self._fields]

    @cached_property
    def _fields(self) -> list[Any]:
        every = self.model._meta.concrete_fields
        return [field for field in every if field.attname not in self.without]

    @property
    def end(self) -> int:
        return self.place + len(self.columns)

    def index(self, column: str) -> int:
        """The index of a column in the whole row."""
        return self.place + self.columns.index(column)

    @property
    def paths(self) -> list[str]:
        return [self.path + column for column in self.columns]

    @cached_property
    def _converters(self) -> list[tuple[int, Callable[..., Any]]]:
        """For columns that the driver reads differently from the field: JSON."""
        return [
            (number, field.from_db_value)
            for number, field in enumerate(self._fields)
            if hasattr(field, "from_db_value")
        ]

    def of(self, row: Sequence[Any]) -> M:
        """The model instance from a whole row."""
        values = list(row[self.place : self.end])
        for number, convert in self._converters:
            values[number] = convert(values[number], None, connection)
        return self.model.from_db("default", self.columns, values)
