"""A bounded cache inside one process."""

from collections import OrderedDict
from collections.abc import Hashable
from threading import Lock
from typing import Generic, TypeVar

V = TypeVar("V")


class ProcessCache(Generic[V]):
    """Values that this process has computed; the least recently used are dropped first.

    A key includes the Days' revisions and all else that the value depends on, so a cached
    value is never out of date.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._lock = Lock()
        self._found: OrderedDict[Hashable, V] = OrderedDict()

    def get(self, key: Hashable) -> V | None:
        with self._lock:
            if key in self._found:
                self._found.move_to_end(key)
            return self._found.get(key)

    def put(self, key: Hashable, value: V) -> None:
        with self._lock:
            self._found[key] = value
            if len(self._found) > self._limit:
                self._found.popitem(last=False)
