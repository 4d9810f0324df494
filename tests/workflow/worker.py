"""A Celery worker with beat, on a broker that a test may stop."""

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

    def start_worker(self, *queues, beat=True, **environment):
        """Start beat and a worker for each group of queues; return once they take tasks."""
        workers = []
        for queue in queues or ["plans,messages,default"]:
            log = self.folder / f"worker-{queue}.log"
            worker = self._celery(
                log,
                *("worker", "--concurrency=1", "--without-gossip", "--without-mingle"),
                *(f"--queues={queue}", f"--hostname={queue.replace(',', '-')}@%h"),
                **environment,
            )
            workers.append((worker, log))
        if beat:
            schedule = f"--schedule={self.folder / 'beat'}"
            self._celery(self.folder / "beat.log", "beat", "--pidfile=", schedule)
        for worker, log in workers:
            worker.wait_until(lambda log=log: " ready." in log.read_text(), within=60)

    def workers_say(self, words):
        logs = [log.read_text() for log in self.folder.glob("worker-*.log")]
        return bool(logs) and all(words in log for log in logs)

    def kill_celery(self):
        for process in self.celery:
            process.stop()

    def restart_celery(self):
        for process in self.celery:
            process.start()

    def stop(self):
        self.kill_celery()
        self.broker.stop()

    def _celery(self, log, *arguments, **environment):
        process = Child(
            f"Celery {arguments[0]}",
            [sys.executable, "-m", "celery", "-A", "serviceshop", *arguments, "--loglevel=info"],
            log=log,
            environment={
                **os.environ,
                "DATABASE_URL": this_database(),
                "REDIS_URL": self.broker.url,
                **environment,
            },
            stop_signal=signal.SIGKILL,  # what it leaves behind is part of the trial
        )
        process.start()
        self.celery.append(process)
        return process


def this_database():
    """The URL of the tests' database."""
    url = urlsplit(os.environ["DATABASE_URL"])
    return urlunsplit(url._replace(path="/" + connection.settings_dict["NAME"]))


def seconds_until(holds, *, within=60.0):
    """Wait until ``holds()`` and return the seconds; fail after ``within``."""
    begun = time.monotonic()
    while not holds():
        assert time.monotonic() - begun < within, "it did not happen in time"
        time.sleep(0.02)
    return time.monotonic() - begun
