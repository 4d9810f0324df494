"""Where a run takes place: services, data and web servers of its own, gone afterwards."""

import contextlib
import os
import secrets
import socket
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.sizes import Effort, Sizes
from benchmarks.words import say
from serviceshop.local import DataFolder
from serviceshop.local.processes import Child

if TYPE_CHECKING:
    from benchmarks.town import Town

CHECKOUT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Stage:
    sizes: Sizes
    effort: Effort
    folder: Path
    server: "WebServer"

    @property
    def port(self) -> int:
        return self.server.port

    @cached_property
    def town(self) -> "Town":
        from benchmarks.town import Town

        return Town(self.sizes)

    @contextlib.contextmanager
    def another_server(self, **environment: str) -> Iterator["WebServer"]:
        """Beside the one that all look at, and otherwise set up."""
        server = WebServer(self.folder, "another", environment)
        with server.running():
            yield server


@contextlib.contextmanager
def stage(sizes: Sizes, effort: Effort) -> Iterator[Stage]:
    with tempfile.TemporaryDirectory(prefix="serviceshop-benchmarks-") as path:
        say("Starting PostgreSQL and Valkey …")
        with DataFolder(path, durable=True).hold() as services:
            _configure(Path(path), services)
            _prepare()
            here = Stage(sizes, effort, Path(path), WebServer(Path(path), "web"))
            say("Filling the tables …")
            here.town.settle()
            with here.server.running():
                yield here


def _configure(folder: Path, services: dict[str, str]) -> None:
    """Production's environment: whatever the caller's says is not measured."""
    for name in ("SERVICESHOP_DEMO", "DEBUG", "HTTPS", "STATIC_HASHED", "WEB_WORKERS"):
        os.environ.pop(name, None)
    os.environ.update(services)
    os.environ.update(
        DJANGO_SETTINGS_MODULE="benchmarks.settings",
        SERVICESHOP_DATA_DIR=str(folder),
        SECRET_KEY=secrets.token_urlsafe(50),
        ALLOWED_HOSTS="localhost",
        API_REQUESTS_PER_MINUTE="1000000",  # one client asks for all
    )


def _prepare() -> None:
    import django

    django.setup()
    from django.core.management import call_command

    say("Making the tables …")
    call_command("migrate", verbosity=0)
    call_command("collectstatic", verbosity=0, interactive=False)


class WebServer:
    """gunicorn as in production. It may be stopped and started on the same port."""

    def __init__(
        self, folder: Path, name: str, environment: Mapping[str, str] | None = None
    ) -> None:
        self.folder = folder
        self.name = name
        self.environment = environment or {}

    @contextlib.contextmanager
    def running(self) -> Iterator[None]:
        with socket.socket() as listening:
            # As gunicorn sets it, but before the first connection waits in the queue.
            listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            listening.bind(("127.0.0.1", 0))
            listening.listen(128)
            self.port: int = listening.getsockname()[1]
            self.child = Child(
                "The web server",
                [
                    *(sys.executable, "-m", "gunicorn", "serviceshop.wsgi"),
                    *("--config", "python:serviceshop.gunicorn"),
                    *("--bind", f"fd://{listening.fileno()}"),
                ],
                log=self.folder / f"{self.name}.log",
                directory=CHECKOUT,
                environment={**os.environ, **self.environment},
                pass_fds=[listening.fileno()],
            )
            self.child.start()
            try:
                yield
            except Exception:
                say(self.child.log_tail())
                raise
            finally:
                self.child.stop()

    @contextlib.contextmanager
    def paused(self) -> Iterator[None]:
        """Nobody is connected to the database meanwhile."""
        self.child.stop()
        try:
            yield
        finally:
            self.child.start()

    def worker_memory(self) -> int:
        """What its only worker keeps in memory, in bytes (resident set size)."""
        process = self.child.process
        assert process
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        (worker,) = children
        pages = int(Path(f"/proc/{worker}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")
