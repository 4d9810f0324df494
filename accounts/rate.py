"""How often something was done this minute, over all processes, without asking each time.

A process counts for itself and tells the shared cache in steps. So a limit is met exactly
in one process, and exceeded by less than a step for each of the others. Without the cache
nobody is counted out.
"""

import time
from collections.abc import Hashable
from threading import Lock

from django.core.cache import cache

MINUTE = 60  # seconds
STEPS = 20  # to a limit


class Rate:
    def __init__(self, name: str) -> None:
        self._name = name
        self._lock = Lock()
        self._minute = 0
        self._untold: dict[Hashable, int] = {}
        self._told: dict[Hashable, int] = {}  # by all processes, when last asked

    def wait(self, who: Hashable, limit: int) -> int:
        """One more; seconds until the next minute when that was too many, else 0."""
        minute, second = divmod(int(time.time()), MINUTE)
        step = max(1, limit // STEPS)
        with self._lock:
            if minute != self._minute:
                self._minute = minute
                self._untold, self._told = {}, {}
            untold = self._untold.get(who, 0) + 1
            count = self._told.get(who, 0) + untold
            self._untold[who] = untold % step
        if untold >= step:
            count = self._tell(f"{self._name}:{who}:{minute}", untold)
            with self._lock:
                self._told[who] = count
        return MINUTE - second if count > limit else 0

    def wait_now(self, who: Hashable, limit: int) -> int:
        """As ``wait``, for what is not counted: seconds while one more would be too many."""
        minute, second = divmod(int(time.time()), MINUTE)
        with self._lock:
            if minute != self._minute:
                return 0
            count = self._told.get(who, 0) + self._untold.get(who, 0)
        return MINUTE - second if count >= limit else 0

    @staticmethod
    def _tell(key: str, more: int) -> int:
        try:
            return int(cache.incr(key, more))
        except ValueError:  # the first to tell
            cache.add(key, more, 2 * MINUTE)
            return more
