"""Supervise processes: restart those that have died."""

import time
from collections.abc import Callable, Iterable
from typing import Protocol

from serviceshop.local import LocalServiceError

CHECK_EVERY = 0.2  # seconds
SETTLED = 10  # seconds after which a start counts as a success
LONGEST_PAUSE = 10  # seconds


class Watched(Protocol):
    name: str

    def is_running(self) -> bool: ...

    def restart(self) -> None: ...


class Guard:
    """Restarts one process, with growing pauses if it keeps dying."""

    def __init__(self, process: Watched, say: Callable[[str], object]) -> None:
        self.process = process
        self.say = say
        self.started_at = time.monotonic()
        self.pause = 0.0
        self.due_at: float | None = None

    def check(self) -> None:
        now = time.monotonic()
        if self.process.is_running():
            return
        if self.due_at is None:
            settled = now - self.started_at > SETTLED
            self.pause = 0 if settled else min(max(2 * self.pause, 0.5), LONGEST_PAUSE)
            self.due_at = now + self.pause
            self.say(f"{self.process.name} has stopped; starting it again.")
        if now >= self.due_at:
            self.due_at = None
            self.started_at = now
            try:
                self.process.restart()
            except LocalServiceError as error:
                self.say(str(error))


def keep_running(processes: Iterable[Watched], say: Callable[[str], object]) -> None:
    """Supervise until a signal raises an exception."""
    guards = [Guard(process, say) for process in processes]
    while True:
        for guard in guards:
            guard.check()
        time.sleep(CHECK_EVERY)
