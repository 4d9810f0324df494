"""A browser reduced to one kept connection, so that the asking costs next to nothing."""

import re
import secrets
import socket
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from threading import Barrier, Thread
from typing import Self
from urllib.parse import urlencode

from django.conf import settings
from django.test import Client

from accounts.models import User

HOST = "localhost"
LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
ETAG = re.compile(rb"\r\netag: *([^\r]+)", re.IGNORECASE)


@dataclass(frozen=True)
class Answer:
    status: int
    head: bytes
    body: bytes
    seconds: float

    @property
    def etag(self) -> str | None:
        found = ETAG.search(self.head)
        return found[1].decode() if found else None

    @property
    def where(self) -> str:
        """The address that it sends the reader to."""
        found = re.search(rb"\r\nlocation: *([^\r]+)", self.head, re.IGNORECASE)
        return found[1].decode() if found else ""


class Connection:
    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=60)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def ask(self, request: bytes) -> Answer:
        began = time.perf_counter()
        self.socket.sendall(request)
        received = b""
        while (end := received.find(b"\r\n\r\n")) < 0:
            received += self._more()
        head, body = received[:end], received[end + 4 :]
        status = int(head[9:12])
        length = LENGTH.search(head)
        wanted = int(length[1]) if length and status not in (204, 304) else 0
        while len(body) < wanted:
            body += self._more()
        return Answer(status, head, body, time.perf_counter() - began)

    def _more(self) -> bytes:
        part = self.socket.recv(1 << 18)
        if not part:
            raise ConnectionError("The web server closed the connection.")
        return part


@dataclass(frozen=True)
class Reader:
    """Somebody logged in, as the server sees them: two cookies."""

    session: str
    token: str

    @classmethod
    def of(cls, user: User) -> Self:
        client = Client()
        client.force_login(user)
        return cls(client.cookies[settings.SESSION_COOKIE_NAME].value, secrets.token_hex(16))

    def get(self, path: str, *, etag: str | None = None) -> bytes:
        return self._request("GET", path, [f"If-None-Match: {etag}"] if etag else [])

    def post(self, path: str, fields: dict[str, str]) -> bytes:
        body = urlencode(fields)
        headers = [
            f"X-CSRFToken: {self.token}",
            f"Referer: https://{HOST}/",
            "Content-Type: application/x-www-form-urlencoded",
            f"Content-Length: {len(body)}",
        ]
        return self._request("POST", path, headers, body)

    def _request(self, method: str, path: str, headers: list[str], body: str = "") -> bytes:
        cookies = (
            f"{settings.SESSION_COOKIE_NAME}={self.session};"
            f" {settings.CSRF_COOKIE_NAME}={self.token}"
        )
        lines = [
            f"{method} {path} HTTP/1.1",
            f"Host: {HOST}",
            "X-Forwarded-Proto: https",  # the proxy in front took the encryption off
            f"Cookie: {cookies}",
            *headers,
        ]
        return ("\r\n".join(lines) + "\r\n\r\n" + body).encode()


class Crowd:
    """Clients that ask at the same time, each on a connection of its own."""

    def __init__(self, port: int, clients: int) -> None:
        self.connections = [Connection(port) for _ in range(clients)]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for connection in self.connections:
            connection.socket.close()

    def ask(self, requests: Sequence[bytes]) -> tuple[list[Answer], float]:
        """Every request once, by whoever is free; and how long it took until all had
        their answers."""
        waiting: SimpleQueue[bytes] = SimpleQueue()
        for request in requests:
            waiting.put(request)
        answers: list[Answer] = []
        errors: list[Exception] = []
        start = Barrier(len(self.connections) + 1)

        def work(connection: Connection) -> None:
            start.wait()
            try:
                while True:
                    answers.append(connection.ask(waiting.get_nowait()))
            except Empty:
                return
            except (OSError, ValueError) as error:
                errors.append(error)

        threads = [Thread(target=work, args=[one], daemon=True) for one in self.connections]
        for thread in threads:
            thread.start()
        start.wait()
        began = time.perf_counter()
        for thread in threads:
            thread.join()
        took = time.perf_counter() - began
        if errors:
            raise errors[0]
        return answers, took


def new_key() -> str:
    return str(uuid.uuid4())
