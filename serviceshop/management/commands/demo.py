import contextlib
import datetime as dt
import os
import signal
import socket
import sys
import time
import urllib.error
import urllib.request
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import CommandError, call_command
from django.core.management.base import BaseCommand
from django.db import connections
from django.utils import timezone

from serviceshop import demo
from serviceshop.local import attach
from serviceshop.local.ports import LOOPBACK
from serviceshop.local.processes import Child
from serviceshop.supervision import Watched, keep_running

QUEUES = ("plans", "messages", "default")
FIRST_PAGE = 60  # seconds that it may take
OLD = 7  # days after which the data has little left to show
PEOPLE = """
  Choose a person on the log-in page, or log in by e-mail with the password demo:

    aksel@demo.example   Aksel, recipient
    berit@demo.example   Berit, recipient
    carl@demo.example    Carl, guardian for Berit
    dina@demo.example    Dina, administrator
    emil@demo.example    Emil, care worker
    frida@demo.example   Frida, coordinator
"""


class Command(BaseCommand):
    help = "Runs the whole product with demonstration data, on PostgreSQL and Valkey of its own."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=8000, help="8000 by default")
        # manage.py has already read it: services must run before settings are read.
        parser.add_argument(attach.OPTION, help="where its data is kept; .data/demo by default")

    def handle(self, *, port: int, **_: Any) -> None:
        if not settings.DEMO:
            raise CommandError("SERVICESHOP_DEMO is switched off in the environment.")
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        signal.signal(signal.SIGHUP, signal.default_int_handler)
        with contextlib.suppress(KeyboardInterrupt), _listen(port) as listening:
            # For links in mails, which the worker sends.
            os.environ.setdefault("SITE_URL", _url(listening).rstrip("/"))
            self._prepare_database()
            with _running(listening) as processes:
                self._greet(_url(listening))
                services: list[Watched] = (
                    [attach.held.valkey, attach.held.postgres] if attach.held else []
                )
                keep_running([*services, *processes], self._say)
        self._say("Stopped.")

    def _prepare_database(self) -> None:
        call_command("migrate", verbosity=0)
        if demo.is_empty():
            self._say("Loading the demonstration's data …")
            demo.load()
        self._say_age(timezone.localdate())
        connections.close_all()

    def _say_age(self, today: dt.date) -> None:
        days = (today - demo.loaded_on()).days
        if days > OLD:
            self._say(
                f"Its data is {days} days old, and most visits are over. Stop it and delete"
                f" {_folder()} to begin again today."
            )

    def _greet(self, address: str) -> None:
        self._say(f"\nThe demonstration of {settings.MUNICIPALITY} runs, data in {_folder()}.")
        self._say(PEOPLE)
        self._say(f"  Its mails are on {address}demo/mail/. Ctrl-C stops everything.\n")
        self._say(f"Ready: {address}")

    def _say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()


def _url(listening: socket.socket) -> str:
    return f"http://{LOOPBACK}:{listening.getsockname()[1]}/"


def _folder() -> Path:
    return Path(settings.DATA_DIR)


@contextlib.contextmanager
def _listen(port: int) -> Iterator[socket.socket]:
    """Take the port before anything else; the web server inherits it, also when restarted."""
    with socket.socket() as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((LOOPBACK, port))
        except OSError:
            raise CommandError(
                f"Port {port} is taken by another program. Choose another one: --port NUMBER"
            ) from None
        listening.listen(128)
        yield listening


@contextlib.contextmanager
def _running(listening: socket.socket) -> Iterator[list[Child]]:
    python = [sys.executable, "-W", "ignore", "-m"]
    celery = [*python, "celery", "-A", "serviceshop", "--quiet"]
    processes = [
        Child(
            "The web server",
            [
                *(*python, "gunicorn", "serviceshop.wsgi"),
                *("--config", "python:serviceshop.gunicorn"),
                *("--bind", f"fd://{listening.fileno()}"),
            ],
            directory=settings.BASE_DIR,
            pass_fds=[listening.fileno()],
        ),
        *(_worker(queue, celery) for queue in QUEUES),
        Child(
            "Celery beat",
            [
                *(*celery, "beat", "--loglevel=warning", "--pidfile="),
                f"--schedule={_folder() / 'beat-schedule'}",
            ],
            directory=settings.BASE_DIR,
        ),
    ]
    try:
        web, *others = processes
        web.start()
        _wait_for_first_page(_url(listening))  # people wait for it; the others can start after
        for process in others:
            process.start()
        yield processes
    finally:
        for sort in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(sort, signal.SIG_IGN)  # do not interrupt stopping
        for process in processes:
            process.request_stop()
        for process in processes:
            process.stop()


def _worker(queue: str, celery: list[str]) -> Child:
    """A worker for one queue, with one process beside its own."""
    return Child(
        f"The Celery worker for {queue}",
        [
            *(*celery, "worker", "--loglevel=warning", "--concurrency=1"),
            *(f"--queues={queue}", f"--hostname={queue}@%h"),
            *("--without-gossip", "--without-mingle"),
        ],
        directory=settings.BASE_DIR,
    )


def _wait_for_first_page(address: str) -> None:
    until = time.monotonic() + FIRST_PAGE
    while True:
        try:
            with urllib.request.urlopen(address, timeout=FIRST_PAGE):  # noqa: S310
                return
        except urllib.error.HTTPError as error:
            raise CommandError(f"The first page answers {error.code}; see above.") from None
        except OSError:
            if time.monotonic() > until:
                raise CommandError("The web server does not answer.") from None
            time.sleep(0.1)
