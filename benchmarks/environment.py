"""Services, data and web servers of a run, in a temporary folder."""

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

from benchmarks.results import say
from benchmarks.sizes import Effort, Sizes
from serviceshop.local import DataFolder
from serviceshop.local.processes import Child

if TYPE_CHECKING:
    from benchmarks.dataset import Dataset

PRODUCTION = "serviceshop.wsgi"
CHECKOUT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Environment:
    sizes: Sizes
    effort: Effort
    folder: Path
    server: "WebServer"

    @property
    def port(self) -> int:
        return self.server.port

    @cached_property
    def data(self) -> "Dataset":
        from benchmarks.dataset import Dataset

        return Dataset(self.sizes)

    @contextlib.contextmanager
    def another_server(
        self, application: str = PRODUCTION, **environment: str
    ) -> Iterator["WebServer"]:
        """A second web server, with other environment variables."""
        server = WebServer(self.folder, "another", environment, application)
        with server.running():
            yield server


@contextlib.contextmanager
def prepared(sizes: Sizes, effort: Effort) -> Iterator[Environment]:
    with tempfile.TemporaryDirectory(prefix="serviceshop-benchmarks-") as path:
        say("Starting PostgreSQL and Valkey …")
        with DataFolder(path, durable=True).hold() as services:
            _configure(Path(path), services)
            _prepare()
            here = Environment(sizes, effort, Path(path), WebServer(Path(path), "web"))
            say("Filling the tables …")
            here.data.build()
            with here.server.running():
                yield here


def _configure(folder: Path, services: dict[str, str]) -> None:
    """Production's settings. The caller's environment variables don't count."""
    for name in (
        *("SERVICESHOP_DEMO", "DEBUG", "HTTPS", "STATIC_HASHED", "WEB_WORKERS"),
        "BENCHMARKS_WITHOUT",
    ):
        os.environ.pop(name, None)
    os.environ.update(services)
    os.environ.update(
        DJANGO_SETTINGS_MODULE="benchmarks.settings",
        SERVICESHOP_DATA_DIR=str(folder),
        SECRET_KEY=secrets.token_urlsafe(50),
        ALLOWED_HOSTS="localhost",
        MUNICIPALITY="Fjordvik kommune",
        MUNICIPALITY_PHONE="33 00 10 00",
        EMAIL_HOST="localhost",
        DEFAULT_FROM_EMAIL="tjenesteshop@localhost",
        API_REQUESTS_PER_MINUTE="1000000",  # one client sends all requests
    )


def _prepare() -> None:
    import django

    django.setup()
    from django.core.management import call_command

    say("Creating the tables …")
    call_command("migrate", verbosity=0)
    call_command("collectstatic", verbosity=0, interactive=False)


class WebServer:
    """gunicorn as in production. Stopped and started again it has the same port."""

    def __init__(
        self,
        folder: Path,
        name: str,
        environment: Mapping[str, str] | None = None,
        application: str = PRODUCTION,
    ) -> None:
        self.application = application
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
                    *(sys.executable, "-m", "gunicorn", self.application),
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
        """Without connections to the database."""
        self.child.stop()
        try:
            yield
        finally:
            self.child.start()

    def workers(self) -> list[int]:
        """Process ids."""
        process = self.child.process
        assert process
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text()
        return [int(pid) for pid in children.split()]

    def worker_memory(self) -> int:
        """The resident set size of its only worker, in bytes."""
        (worker,) = self.workers()
        pages = int(Path(f"/proc/{worker}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")
