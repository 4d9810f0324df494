"""A real Celery worker with beat, on a broker that a test may stop."""

import os
import signal
import sys
import time
from urllib.parse import urlsplit, urlunsplit

from django.db import connection

from serviceshop.local.processes import Child
from serviceshop.local.valkey import Valkey


class Delivery:
    """Broker, worker and beat of one test; each can stop and start again."""

    def __init__(self, folder):
        self.folder = folder
        self.broker = Valkey(folder / "valkey")
        self.celery = []

    def start_worker(self, *, beat=True):
        """Return once the worker takes tasks."""
        log = self.folder / "worker.log"
        worker = self._celery(
            log, "worker", "--concurrency=1", "--without-gossip", "--without-mingle"
        )
        if beat:
            schedule = f"--schedule={self.folder / 'beat'}"
            self._celery(self.folder / "beat.log", "beat", "--pidfile=", schedule)
        worker.wait_until(lambda: " ready." in log.read_text(), within=60)

    def worker_says(self, words):
        return words in (self.folder / "worker.log").read_text()

    def stop(self):
        for process in self.celery:
            process.stop()
        self.broker.stop()

    def _celery(self, log, *arguments):
        process = Child(
            f"Celery {arguments[0]}",
            [sys.executable, "-m", "celery", "-A", "serviceshop", *arguments, "--loglevel=info"],
            log=log,
            environment={
                **os.environ,
                "DATABASE_URL": this_database(),
                "REDIS_URL": self.broker.url,
            },
            stop_signal=signal.SIGKILL,  # what it leaves behind is part of the trial
        )
        process.start()
        self.celery.append(process)
        return process


def this_database():
    """The address of the database that the tests run on."""
    url = urlsplit(os.environ["DATABASE_URL"])
    return urlunsplit(url._replace(path="/" + connection.settings_dict["NAME"]))


def seconds_until(holds, *, within=60.0):
    """How long it took; fails when it never happened."""
    begun = time.monotonic()
    while not holds():
        assert time.monotonic() - begun < within, "it did not happen in time"
        time.sleep(0.02)
    return time.monotonic() - begun
