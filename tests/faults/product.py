"""The whole product, as production runs it, with everything that a fault run breaks.

PostgreSQL stands behind a proxy, Valkey is the broker and the cache of this product alone.
The fault run itself has its own way to the database, and a Valkey of its own.
"""

import os
import random
import signal
from urllib.parse import urlsplit, urlunsplit

from django.db import connection, connections

from tests.faults.mail import Mailbox
from tests.proxy import Proxy
from tests.web import WebServer, until
from tests.workflow.worker import Delivery, this_database

QUEUES = ("plans", "messages", "default")


class Product:
    def __init__(self, folder, postgres):
        self.postgres = postgres
        self.mailbox = Mailbox(folder / "mail")
        self.delivery = Delivery(folder)
        self.delivery.broker.start()
        url = urlsplit(this_database())
        self.proxy = Proxy(url.hostname, url.port)
        address = url._replace(netloc=url.netloc.replace(f":{url.port}", f":{self.proxy.port}"))
        self.environment = {
            **self.mailbox.environment,
            "DATABASE_URL": urlunsplit(address),
            "DATABASE_TIMEOUT": "2",
            "REDIS_URL": self.delivery.broker.url,
        }
        self.web = WebServer(folder, workers=2, environment=self.environment)
        self._log_read = 0

    def __enter__(self):
        self.web.start()
        self.delivery.start_worker(*QUEUES, **self.environment)
        return self

    def __exit__(self, *_):
        self.proxy.restore()
        self.thaw_cache()
        self.delivery.stop()
        self.web.__exit__()
        self.proxy.close()

    # -- The cache, which is also the broker ---------------------------------------------

    def _cache_process(self):
        return self.delivery.broker.child.process

    def kill_cache(self):
        self._cache_process().kill()
        self._cache_process().wait()

    def stop_cache(self):
        self.delivery.broker.stop()

    def start_cache(self):
        self.delivery.broker.restart()

    def freeze_cache(self):
        self._cache_process().send_signal(signal.SIGSTOP)

    def thaw_cache(self):
        if self.delivery.broker.is_running():
            self._cache_process().send_signal(signal.SIGCONT)

    # -- The database --------------------------------------------------------------------

    def kill_database(self):
        self.postgres.child.process.kill()
        self.postgres.child.process.wait()

    def start_database(self):
        self.postgres.restart()
        connections.close_all()

    def deadlocks(self):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
            )
            return cursor.fetchone()[0]

    # -- The web server ------------------------------------------------------------------

    def kill_a_web_worker(self, rng: random.Random):
        victim = rng.choice(sorted(self.web.processes()))
        os.kill(victim, signal.SIGKILL)
        until(lambda: victim not in self.web.processes())
        until(lambda: len(self.web.processes()) == self.web.workers)

    def new_complaints(self):
        """The tracebacks in the web server's log since the last call."""
        text = self.web.log.read_text(errors="replace")
        if len(text) < self._log_read:  # a restart begins a new log
            self._log_read = 0
        new, self._log_read = text[self._log_read :], len(text)
        return [part for part in new.split("\n\n") if "Traceback" in part]
