"""Remembers for a moment that Redis is away, so that not everybody waits for it in turn."""

import time

PAUSE = 5  # seconds


class Breaker:
    """Open while the last failure is recent. Shared by the threads of one process."""

    def __init__(self, pause: float = PAUSE) -> None:
        self.pause = pause
        self._closed_from = 0.0

    def is_open(self) -> bool:
        return time.monotonic() < self._closed_from

    def trip(self) -> None:
        self._closed_from = time.monotonic() + self.pause

    def close(self) -> None:
        self._closed_from = 0.0


redis_breaker = Breaker()  # the cache and the message broker are one server
