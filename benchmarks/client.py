"""A minimal HTTP client with persistent connections, so that it hardly costs CPU time."""

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
class Response:
    status: int
    head: bytes
    body: bytes
    seconds: float

    @property
    def etag(self) -> str | None:
        found = ETAG.search(self.head)
        return found[1].decode() if found else None

    @property
    def location(self) -> str:
        """The URL of a redirect."""
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

    def fetch(self, request: bytes) -> Response:
        self.send(request)
        while (response := self.receive()) is None:
            pass
        return response

    def send(self, request: bytes) -> None:
        self.received = b""
        self.began = time.perf_counter()
        self.socket.sendall(request)

    def receive(self) -> Response | None:
        """Read once. Returns the response when it is complete."""
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
        return Response(status, head, body, time.perf_counter() - self.began)


@dataclass(frozen=True)
class Reader:
    """A logged-in user's browser: two cookies."""

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
            "X-Forwarded-Proto: https",  # as the proxy in front sets it
            f"Cookie: {cookies}",
            *headers,
        ]
        return ("\r\n".join(lines) + "\r\n\r\n" + body).encode()


class Crowd:
    """Concurrent clients, each with its own connection."""

    def __init__(self, port: int, clients: int) -> None:
        self.connections = [Connection(port) for _ in range(clients)]
        self.seconds = self.cpu_seconds = 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for connection in self.connections:
            connection.socket.close()

    def fetch(self, requests: Sequence[bytes]) -> tuple[list[Response], float]:
        """Send each request once, on the next free connection. Returns the responses and the
        seconds until all had come. One thread waits for all: the clients share the machine
        with what they measure, and threads would use more of it."""
        waiting = list(reversed(requests))
        responses: list[Response] = []
        began, cpu_began = time.perf_counter(), time.process_time()
        with selectors.DefaultSelector() as selector:
            for connection in self.connections[: len(waiting)]:
                connection.send(waiting.pop())
                selector.register(connection.socket, selectors.EVENT_READ, connection)
            while len(responses) < len(requests):
                ready = selector.select(timeout=TIMEOUT)
                if not ready:
                    raise TimeoutError("The web server did not respond.")
                for key, _ in ready:
                    connection = key.data
                    response = connection.receive()
                    if response is None:
                        continue
                    responses.append(response)
                    if waiting:
                        connection.send(waiting.pop())
                    else:
                        selector.unregister(connection.socket)
        took = time.perf_counter() - began
        self.seconds += took
        self.cpu_seconds += time.process_time() - cpu_began
        return responses, took

    @property
    def share(self) -> float:
        """How much of one core the clients took."""
        return self.cpu_seconds / self.seconds if self.seconds else 0.0


@dataclass(frozen=True)
class Program:
    """Who fetches with a bearer token."""

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
