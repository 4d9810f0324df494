"""The Celery application; tasks live in each app's ``tasks.py``."""

import os
import signal
from typing import Any

from celery import Celery
from celery.signals import worker_init, worker_process_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "serviceshop.settings")

app = Celery("serviceshop")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

worker = 0  # process number of the worker, which the processes of its pool inherit


@worker_init.connect
def _remember_worker(**_: Any) -> None:
    global worker
    worker = os.getpid()


@worker_process_init.connect
def _die_with_worker(**_: Any) -> None:
    from serviceshop.local.child import die_with

    die_with(worker, signal.SIGKILL)
