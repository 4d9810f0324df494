"""Questions that are asked on nearly every request, compiled once for all of them.

Django writes a query's SQL anew each time it is asked. For the few questions behind every
page that costs more than PostgreSQL's answer does, so they are written once and kept.
"""

from collections.abc import Callable
from typing import Any

from django.db import connection
from django.db.models import QuerySet


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
