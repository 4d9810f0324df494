"""One page of a long list, and how long the list is, in one query."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.db.models import Count, Model, QuerySet, Window

Row = TypeVar("Row")
M = TypeVar("M", bound=Model)


@dataclass(frozen=True)
class ListPage(Generic[Row]):
    """``first`` and ``last`` are places in the whole list, from 1; ``number`` is the page, and
    ``previous`` and ``next`` are pages, or 0."""

    shown: Sequence[Row]
    count: int
    first: int
    last: int
    previous: int
    next: int

    @property
    def number(self) -> int:
        return self.previous + 1

    @classmethod
    def of(cls, shown: Sequence[Row], *, count: int, after: int, number: int) -> "ListPage[Row]":
        last = after + len(shown)
        return cls(shown, count, after + 1, last, number - 1, number + 1 if last < count else 0)


def list_page(found: QuerySet[M], number: int, size: int) -> ListPage[M]:
    """Page ``number``, from 1. An empty page beyond the end becomes the first page."""
    after = (number - 1) * size
    rows: list[Any] = list(found.annotate(list_count=Window(Count("pk")))[after : after + size])
    if after and not rows:
        return list_page(found, 1, size)
    count = rows[0].list_count if rows else 0
    return ListPage.of(rows, count=count, after=after, number=number)


def page_number(text: str | None) -> int:
    """The number of the page that a request names; 1 when it names none."""
    if not text or not text.isascii() or not text.isdecimal() or len(text) > 4:
        return 1
    return max(int(text), 1)
