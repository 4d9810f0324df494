"""Count requests per minute across all processes, with few round trips to the cache.

Each process counts by itself and adds its count to the shared cache in steps. A limit is
therefore exact within one process, and exceeded by less than one step for each other
process. Without the cache, processes do not count together.

Ninja's throttles can't replace this. They read a list of timestamps from the cache and write
it back, so parallel requests overwrite each other's entries; they keep the list on the
throttle object, which the threads of a process share; and they need two round trips for
every request.
"""

import time
from collections.abc import Hashable
from threading import Lock

from django.core.cache import cache

MINUTE = 60  # seconds
STEPS = 20  # per limit


class Rate:
    def __init__(self, name: str) -> None:
        self._name = name
        self._lock = Lock()
        self._minute = 0
        self._unreported: dict[Hashable, int] = {}
        self._reported: dict[Hashable, int] = {}  # by all processes, at this one's last report

    def wait(self, key: Hashable, limit: int) -> int:
        """Count one request; return 0, or the seconds until the next minute if over the limit."""
        minute, second = divmod(int(time.time()), MINUTE)
        step = max(1, limit // STEPS)
        with self._lock:
            if minute != self._minute:
                self._minute = minute
                self._unreported, self._reported = {}, {}
            unreported = self._unreported.get(key, 0) + 1
            count = self._reported.get(key, 0) + unreported
            self._unreported[key] = unreported % step
        if unreported >= step:
            count = self._report(f"{self._name}:{key}:{minute}", unreported)
            with self._lock:
                self._reported[key] = count
        return MINUTE - second if count > limit else 0

    def wait_now(self, key: Hashable, limit: int) -> int:
        """As ``wait``, without counting: the seconds to wait if one more would be too many."""
        minute, second = divmod(int(time.time()), MINUTE)
        with self._lock:
            if minute != self._minute:
                return 0
            count = self._reported.get(key, 0) + self._unreported.get(key, 0)
        return MINUTE - second if count >= limit else 0

    @staticmethod
    def _report(key: str, more: int) -> int:
        """Add to the shared count; return the new count."""
        try:
            return int(cache.incr(key, more))
        except ValueError:  # no count for this minute yet
            cache.add(key, more, 2 * MINUTE)
            return more
