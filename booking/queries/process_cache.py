"""A bounded cache inside one process."""

from collections import OrderedDict
from collections.abc import Hashable
from threading import Lock
from typing import Generic, TypeVar

V = TypeVar("V")


class ProcessCache(Generic[V]):
    """Answers that this process has computed; the least lately used are dropped first.

    A key names the Days' revisions and all else that the answer depends on, so what is
    found is never out of date.
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

    def keep(self, key: Hashable, value: V) -> None:
        with self._lock:
            self._found[key] = value
            if len(self._found) > self._limit:
                self._found.popitem(last=False)
