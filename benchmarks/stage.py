"""Where a run takes place: services, data and a web server of its own, gone afterwards."""

import contextlib
import os
import secrets
import socket
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.words import say
from serviceshop.local import DataFolder
from serviceshop.local.processes import Child

if TYPE_CHECKING:
    from benchmarks.town import Town

CHECKOUT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Sizes:
    """How much data: departments, staff in each of them and in one large one beside
    them, and bookings of days gone by."""

    departments: int
    staff: int
    largest: int
    history: int


@dataclass(frozen=True)
class Effort:
    """How long to look; the figures are the same, only less sure."""

    rounds: int
    pages: int  # asked for in each round
    waves: int  # of 32 bookings in each round


@dataclass(frozen=True)
class Stage:
    town: "Town"
    port: int
    effort: Effort


@contextlib.contextmanager
def stage(sizes: Sizes, effort: Effort) -> Iterator[Stage]:
    with tempfile.TemporaryDirectory(prefix="serviceshop-benchmarks-") as path:
        say("Starting PostgreSQL and Valkey …")
        with DataFolder(path, durable=True).hold() as services:
            _configure(Path(path), services)
            town = _prepare(sizes)
            with _web_server(Path(path)) as port:
                yield Stage(town, port, effort)


def _configure(folder: Path, services: dict[str, str]) -> None:
    """Production's environment: whatever the caller's says is not measured."""
    for name in ("SERVICESHOP_DEMO", "DEBUG", "HTTPS", "STATIC_HASHED"):
        os.environ.pop(name, None)
    os.environ.update(services)
    os.environ.update(
        DJANGO_SETTINGS_MODULE="benchmarks.settings",
        SERVICESHOP_DATA_DIR=str(folder),
        SECRET_KEY=secrets.token_urlsafe(50),
        ALLOWED_HOSTS="localhost",
    )


def _prepare(sizes: Sizes) -> "Town":
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection, connections

    from benchmarks import floor
    from benchmarks.town import Town

    say("Making the tables …")
    call_command("migrate", verbosity=0)
    call_command("collectstatic", verbosity=0, interactive=False)
    say("Filling them …")
    town = Town.build(sizes)
    floor.prepare()
    with connection.cursor() as cursor:  # now, and not while the first page is timed
        cursor.execute("VACUUM ANALYZE")
    connections.close_all()
    return town


@contextlib.contextmanager
def _web_server(folder: Path) -> Iterator[int]:
    with socket.socket() as listening:
        # As gunicorn sets it, but before the first connection waits in the queue.
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        listening.bind(("127.0.0.1", 0))
        listening.listen(128)
        server = Child(
            "The web server",
            [
                *(sys.executable, "-m", "gunicorn", "serviceshop.wsgi"),
                *("--config", "python:serviceshop.gunicorn"),
                *("--bind", f"fd://{listening.fileno()}"),
            ],
            log=folder / "gunicorn.log",
            directory=CHECKOUT,
            pass_fds=[listening.fileno()],
        )
        server.start()
        try:
            yield listening.getsockname()[1]
        except Exception:
            say(server.last_words())
            raise
        finally:
            server.stop()
