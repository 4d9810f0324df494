"""The base class of all Celery tasks: sending one is best effort.

A message to the broker may be lost; a beat task finds the work in the database. So a message
that can't be sent at once is dropped: the first request waits for the broker for half a
second at most, and the following ones don't wait at all.
"""

import logging
from typing import Any

from celery.contrib.django.task import DjangoTask
from celery.result import AsyncResult
from kombu.exceptions import KombuError
from redis.exceptions import RedisError

from serviceshop.redis.breaker import redis_breaker

log = logging.getLogger(__name__)


class BestEffortTask(DjangoTask):  # type: ignore[type-arg]
    abstract = True

    def apply_async(  # type: ignore[override]
        self, args: Any = None, kwargs: Any = None, **options: Any
    ) -> AsyncResult[Any] | None:
        if "producer" in options:  # from beat, which waits until the broker is back
            return super().apply_async(args, kwargs, **options)
        if redis_breaker.is_open():
            return None
        try:
            return super().apply_async(args, kwargs, **options)
        except (KombuError, RedisError, OSError) as error:
            redis_breaker.trip()
            log.warning("%s not sent: %s", self.name, type(error).__name__)
            return None
