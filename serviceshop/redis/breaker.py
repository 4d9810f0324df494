"""A circuit breaker: after a failure, nobody waits for Redis for a few seconds."""

import time

PAUSE = 5  # seconds


class Breaker:
    """Open for ``pause`` seconds after the last failure. Shared by the threads of a process."""

    def __init__(self, pause: float = PAUSE) -> None:
        self.pause = pause
        self._closed_from = 0.0

    def is_open(self) -> bool:
        return time.monotonic() < self._closed_from

    def trip(self) -> None:
        self._closed_from = time.monotonic() + self.pause

    def close(self) -> None:
        self._closed_from = 0.0


redis_breaker = Breaker()  # one for both: the cache and the message broker are the same server
