"""The web server as it runs in production, and clients that keep their connections."""

import contextlib
import http.client
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from urllib.parse import urlencode

from serviceshop.local.ports import free_port

Headers = Mapping[str, str]


class Client:
    """One connection, and the cookies of whoever uses it."""

    def __init__(self, port: int, session: str = "") -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self._token = "b" * 32
        self._cookie = f"csrftoken={self._token}; sessionid={session}"

    def get(self, path: str, headers: Headers = {}) -> http.client.HTTPResponse:  # noqa: B006
        return self._send("GET", path, None, headers)

    def post(self, path: str, fields: Mapping[str, str]) -> http.client.HTTPResponse:
        body = urlencode({**fields, "csrfmiddlewaretoken": self._token})
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        return self._send("POST", path, body, kind)

    def _send(
        self, method: str, path: str, body: str | None, headers: Headers
    ) -> http.client.HTTPResponse:
        self._connection.request(method, path, body, {"Cookie": self._cookie, **headers})
        response = self._connection.getresponse()
        response.read()
        return response


@contextlib.contextmanager
def server(*, workers: int) -> Iterator["Server"]:
    port = free_port()
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "gunicorn", "serviceshop.wsgi"),
            *("--config", "python:serviceshop.gunicorn", "--bind", f"127.0.0.1:{port}"),
        ],
        env={**os.environ, "WEB_WORKERS": str(workers)},
    )
    try:
        running = Server(port, process.pid)
        running.wait()
        yield running
    finally:
        process.terminate()
        process.wait(30)


class Server:
    def __init__(self, port: int, pid: int) -> None:
        self.port = port
        self._pid = pid

    def wait(self) -> None:
        until = time.monotonic() + 60
        while True:
            try:
                Client(self.port).get("/healthz")
                return
            except OSError:
                if time.monotonic() > until:
                    raise
                time.sleep(0.1)

    def memory(self) -> int:
        """Of the workers, in bytes."""
        children = Path(f"/proc/{self._pid}/task/{self._pid}/children").read_text().split()
        pages = sum(int(Path(f"/proc/{child}/statm").read_text().split()[1]) for child in children)
        return pages * os.sysconf("SC_PAGE_SIZE")


def milliseconds(ask: Callable[[], object], times: int) -> list[float]:
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        ask()
        taken.append(1000 * (time.perf_counter() - began))
    return sorted(taken)


def p50(taken: list[float]) -> float:
    return statistics.median(taken)


def p95(taken: list[float]) -> float:
    return taken[int(0.95 * (len(taken) - 1))]
