"""The product's web server as production runs it, on the database of a test, and people
who ask it at the same instant, each on a connection that stays open."""

import contextlib
import os
import signal
import socket
import sys
import time
from pathlib import Path
from threading import Barrier, Thread

from benchmarks.client import Connection
from serviceshop.local.processes import Child
from tests.workflow.worker import this_database

CHECKOUT = Path(__file__).resolve().parent.parent


class WebServer:
    """gunicorn with its own configuration. Settings are production's, but for the static
    files, which nobody collects for a test."""

    def __init__(self, folder, *, workers=3, environment=None):
        self.listening = socket.socket()
        self.listening.bind(("127.0.0.1", 0))
        self.listening.listen(128)
        self.port = self.listening.getsockname()[1]
        self.log = folder / "gunicorn.log"
        self.child = Child(
            "The web server",
            [
                *(sys.executable, "-m", "gunicorn", "serviceshop.wsgi"),
                *("--config", "python:serviceshop.gunicorn"),
                *("--bind", f"fd://{self.listening.fileno()}"),
            ],
            log=self.log,
            directory=CHECKOUT,
            pass_fds=[self.listening.fileno()],
            environment={
                **os.environ,
                "DATABASE_URL": this_database(),
                "DJANGO_SETTINGS_MODULE": "serviceshop.settings",
                "HTTPS": "1",
                "WEB_WORKERS": str(workers),
                "WEB_THREADS": "8",
                # Crowds on a slow machine wait for each other longer than people should.
                "DATABASE_TIMEOUT": "10",
                **(environment or {}),
            },
        )
        self.workers = workers

    def __enter__(self):
        self.start()
        return self

    def start(self):
        self.child.start()
        self.child.wait_until(lambda: len(self.processes()) == self.workers, within=60)

    def restart(self):
        """Stop it as a process manager does, and start it on the same port."""
        self.child.stop()
        self.start()

    def __exit__(self, *_):
        self.child.stop()
        self.listening.close()

    def processes(self):
        """The workers that serve now; gunicorn's master starts a new one for each that dies."""
        master = self.child.process.pid
        with contextlib.suppress(FileNotFoundError):
            children = Path(f"/proc/{master}/task/{master}/children").read_text()
            return {int(pid) for pid in children.split()}
        return set()

    def kill_whoever_serves(self, connection):
        """``kill -9`` of the worker that holds the other end of a connection."""
        address = connection.socket.getsockname()
        (victim,) = {pid for pid in self.processes() if address in _peers(pid)}
        os.kill(victim, signal.SIGKILL)
        until(lambda: victim not in self.processes())

    def complaints(self):
        return [part for part in self.log.read_text().split("\n\n") if "Traceback" in part]


class Crowd:
    """People who press at the same instant. Their connections stay open in between."""

    def __init__(self, port, size):
        self.connections = [Connection(port) for _ in range(size)]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for connection in self.connections:
            connection.socket.close()

    def ask(self, requests):
        """The answer to each request, in the order of the requests."""
        assert len(requests) <= len(self.connections)
        gate = Barrier(len(requests))
        answers = [None] * len(requests)

        def press(number, connection, request):
            gate.wait()
            answers[number] = connection.fetch(request)

        threads = [
            Thread(target=press, args=(number, connection, request))
            for number, (connection, request) in enumerate(
                zip(self.connections, requests, strict=False)
            )
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return answers


def until(condition, *, within=60):
    end = time.monotonic() + within
    while not condition():
        assert time.monotonic() < end, "It never came to that."
        time.sleep(0.01)


def _peers(pid):
    """Who is at the other end of each of a process's TCP connections."""
    sockets = set()
    for entry in Path(f"/proc/{pid}/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):
            sockets.add(os.readlink(entry))
    peers = set()
    for line in Path(f"/proc/{pid}/net/tcp").read_text().splitlines()[1:]:
        fields = line.split()
        if f"socket:[{fields[9]}]" in sockets:
            host, port = fields[2].split(":")
            address = socket.inet_ntoa(bytes.fromhex(host)[::-1])
            peers.add((address, int(port, 16)))
    return peers
