"""An early pytest plugin: a real PostgreSQL and a real Valkey for the tests.

pytest-django reads the settings before any conftest.py, so this has to be loaded
by ``-p`` in pyproject.toml. With pytest-xdist the first process starts the
services and its workers inherit the environment. What is made here stays in
``.data/test`` between runs, one numbered folder for each run going on at once.
"""

import atexit
import contextlib
import os
import sys
from datetime import date
from itertools import count
from pathlib import Path

import pytest

from serviceshop.local import DataFolder, FolderInUseError, LocalServiceError

FOLDER = Path(__file__).resolve().parent.parent / ".data" / "test"

ENVIRONMENT = {
    "SECRET_KEY": "for tests only, and as long as a key has to be for the settings",
    "ALLOWED_HOSTS": "localhost,127.0.0.1",
    "HTTPS": "0",
    "STATIC_HASHED": "0",
    # A public web server does not start without these.
    "MUNICIPALITY": "Fjordvik kommune",
    "MUNICIPALITY_PHONE": "33 00 10 00",
    "EMAIL_HOST": "localhost",
    "DEFAULT_FROM_EMAIL": "tjenesteshop@localhost",
    "LOOK_SEED": str(date.today().toordinal()),
}


def start() -> None:
    for name, value in ENVIRONMENT.items():
        os.environ.setdefault(name, value)
    if "DATABASE_URL" in os.environ and "REDIS_URL" in os.environ:
        return
    running = contextlib.ExitStack()
    for number in count():
        try:
            services = running.enter_context(
                DataFolder(FOLDER / str(number), durable=False).hold()
            )
        except FolderInUseError:
            continue
        break
    atexit.register(running.close)
    for name, value in services.items():
        os.environ.setdefault(name, value)


def give_worker_its_own_valkey_database() -> None:
    """So that parallel workers do not read each other's cache."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    url = os.environ["REDIS_URL"]
    if worker.startswith("gw") and url.endswith("/0"):
        os.environ["REDIS_URL"] = f"{url.removesuffix('/0')}/{int(worker[2:]) + 1}"


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers():
    """One more than there are cores: who waits for a browser or a server leaves a core idle."""
    if "PYTEST_XDIST_AUTO_NUM_WORKERS" not in os.environ:
        return (os.cpu_count() or 1) + 1


# What pytest makes of a test's module is kept, also where Python is told to keep nothing: to
# make it anew in every process of every run takes longer than many of the tests.
sys.dont_write_bytecode = False

try:
    start()
except LocalServiceError as error:
    raise SystemExit(f"The tests need PostgreSQL and Valkey. {error}") from None
give_worker_its_own_valkey_database()
