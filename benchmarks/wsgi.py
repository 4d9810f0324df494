"""Production's application, which leaves out one piece of machinery when a request says so.

With and without are then measured in the same process, by requests that alternate.
"""

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from benchmarks.plain import Swap, swaps_of
from benchmarks.plain.apps import HEADER, names_of
from serviceshop.wsgi import application as production

_lock = threading.Lock()
_active: list[list[tuple[Swap, object]]] = []  # once for each request that is being served


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    without = environ.get(f"HTTP_{HEADER.upper().replace('-', '_')}")
    if not without:
        return production(environ, start_response)
    with _left_out(without):
        return production(environ, start_response)


@contextmanager
def _left_out(names: str) -> Iterator[None]:
    """Concurrent requests must all leave out the same."""
    with _lock:
        before = _active[0] if _active else [(swap, swap.before) for swap in _swaps(names)]
        if not _active:
            for swap, _ in before:
                swap.make()
        _active.append(before)
    try:
        yield
    finally:
        with _lock:
            _active.pop()
            if not _active:
                for swap, value in reversed(before):
                    swap.put(value)


@cache
def _swaps(names: str) -> list[Swap]:
    return [swap for name in names_of(names) for swap in swaps_of(name)]
