"""Questions that are asked on nearly every request, compiled once for all of them.

Django writes a query's SQL anew each time it is asked. For the few questions behind every
page that costs more than PostgreSQL's answer does, so they are written once and kept.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Generic, TypeVar

from django.db import connection
from django.db.models import Model, QuerySet

M = TypeVar("M", bound=Model)


class Statement:
    """One question, asked with other values each time.

    ``build`` makes the queryset of tuples (``values_list``) from named values; it runs
    once, with ``examples`` that differ from each other and from all else in the query.
    Rows come as the driver reads them: for columns of numbers, text, UUIDs, dates, times
    and arrays of these, which need nothing from Django.
    """

    def __init__(self, build: Callable[..., QuerySet[Any, Any]], **examples: object) -> None:
        self._build = build
        self._examples = examples
        self._sql = ""
        self._params: tuple[object, ...] = ()
        self._places: list[tuple[int, str]] = []

    def rows(self, **values: object) -> list[tuple[Any, ...]]:
        if not self._sql:
            self._compile()
        params: list[Any] = list(self._params)
        for place, name in self._places:
            params[place] = values[name]
        with connection.cursor() as cursor:
            cursor.execute(self._sql, params)
            rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows

    def _compile(self) -> None:
        sql, params = self._build(**self._examples).query.sql_with_params()
        places = [
            (place, name)
            for place, param in enumerate(params)
            for name, example in self._examples.items()
            if param == example
        ]
        if len({place for place, _ in places}) < len(places):
            raise ValueError("Two examples are the same.")
        self._places, self._params = places, params
        self._sql = sql  # last: another thread looks at this


@dataclass(frozen=True)
class ModelColumns(Generic[M]):
    """The columns of one model in a statement's row, which may join several."""

    model: type[M]
    path: str = ""
    place: int = 0

    @cached_property
    def columns(self) -> list[str]:
        return [field.attname for field in self.model._meta.concrete_fields]

    @property
    def end(self) -> int:
        return self.place + len(self.columns)

    @property
    def paths(self) -> list[str]:
        return [self.path + column for column in self.columns]

    @cached_property
    def _converters(self) -> list[tuple[int, Callable[..., Any]]]:
        """Of the columns that the driver does not read as their fields do: JSON."""
        fields = enumerate(self.model._meta.concrete_fields)
        return [
            (number, field.from_db_value)
            for number, field in fields
            if hasattr(field, "from_db_value")
        ]

    def of(self, row: Sequence[Any]) -> M:
        values = list(row[self.place : self.end])
        for number, converted in self._converters:
            values[number] = converted(values[number], None, connection)
        return self.model.from_db("default", self.columns, values)
