"""The Celery application. Tasks are in the ``tasks.py`` of each app."""

import os
import signal
from typing import Any

from celery import Celery
from celery.signals import worker_init, worker_process_init
from kombu import Connection

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "serviceshop.settings")

app = Celery("serviceshop", task_cls="serviceshop.redis.best_effort:BestEffortTask")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


class PromptConnection(Connection):
    """Retries every two seconds while the broker is away. Celery's own pauses grow to 30."""

    def ensure_connection(self, *args: Any, **kwargs: Any) -> Any:
        prompt = {"interval_start": 1, "interval_step": 1, "interval_max": 2}
        return super().ensure_connection(*args, **(kwargs | prompt))


app.amqp.Connection = PromptConnection

worker = 0  # process id of the worker, inherited by the processes of its pool


@worker_init.connect
def _remember_worker(**_: Any) -> None:
    global worker
    worker = os.getpid()


@worker_process_init.connect
def _die_with_worker(**_: Any) -> None:
    from serviceshop.local.child import die_with

    die_with(worker, signal.SIGKILL)
