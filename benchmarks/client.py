"""A browser reduced to one kept connection, so that the asking costs next to nothing."""

import re
import secrets
import selectors
import socket
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self
from urllib.parse import urlencode

from django.conf import settings
from django.test import Client

from accounts.models import User

HOST = "localhost"
TIMEOUT = 60  # seconds
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
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=TIMEOUT)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.received = b""
        self.began = 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def ask(self, request: bytes) -> Answer:
        self.send(request)
        while (answer := self.receive()) is None:
            pass
        return answer

    def send(self, request: bytes) -> None:
        self.received = b""
        self.began = time.perf_counter()
        self.socket.sendall(request)

    def receive(self) -> Answer | None:
        """Read once; the answer when that was the last of it."""
        part = self.socket.recv(1 << 18)
        if not part:
            raise ConnectionError("The web server closed the connection.")
        self.received += part
        end = self.received.find(b"\r\n\r\n")
        if end < 0:
            return None
        head, body = self.received[:end], self.received[end + 4 :]
        status = int(head[9:12])
        length = LENGTH.search(head)
        wanted = int(length[1]) if length and status not in (204, 304) else 0
        if len(body) < wanted:
            return None
        return Answer(status, head, body, time.perf_counter() - self.began)


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
        self.seconds = self.cpu_seconds = 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for connection in self.connections:
            connection.socket.close()

    def ask(self, requests: Sequence[bytes]) -> tuple[list[Answer], float]:
        """Every request once, by whoever is free; and how long it took until all had
        their answers. One thread waits for all of them: the clients share the machine
        with what they measure, and threads would cost it more."""
        waiting = list(reversed(requests))
        answers: list[Answer] = []
        began, cpu_began = time.perf_counter(), time.process_time()
        with selectors.DefaultSelector() as selector:
            for connection in self.connections[: len(waiting)]:
                connection.send(waiting.pop())
                selector.register(connection.socket, selectors.EVENT_READ, connection)
            while len(answers) < len(requests):
                ready = selector.select(timeout=TIMEOUT)
                if not ready:
                    raise TimeoutError("The web server did not answer.")
                for key, _ in ready:
                    connection = key.data
                    answer = connection.receive()
                    if answer is None:
                        continue
                    answers.append(answer)
                    if waiting:
                        connection.send(waiting.pop())
                    else:
                        selector.unregister(connection.socket)
        took = time.perf_counter() - began
        self.seconds += took
        self.cpu_seconds += time.process_time() - cpu_began
        return answers, took

    @property
    def share(self) -> float:
        """How much of one core the asking itself took."""
        return self.cpu_seconds / self.seconds if self.seconds else 0.0


@dataclass(frozen=True)
class Program:
    """Who asks with a bearer token."""

    token: str

    def get(self, path: str) -> bytes:
        lines = [
            f"GET {path} HTTP/1.1",
            f"Host: {HOST}",
            "X-Forwarded-Proto: https",
            f"Authorization: Bearer {self.token}",
        ]
        return ("\r\n".join(lines) + "\r\n\r\n").encode()


def new_key() -> str:
    return str(uuid.uuid4())
