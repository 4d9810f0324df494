"""What every Celery task is here: a doorbell that may ring unheard.

What must happen is derivable from the database, and a beat task looks for it.
So a message that cannot be sent at once is dropped: a request waits for the
broker half a second at most, and the next requests not at all.
"""

import logging
from typing import Any

from celery.contrib.django.task import DjangoTask
from celery.result import AsyncResult
from kombu.exceptions import KombuError
from redis.exceptions import RedisError

from serviceshop.redis.breaker import redis_breaker

log = logging.getLogger(__name__)


class Doorbell(DjangoTask):  # type: ignore[type-arg]
    abstract = True

    def apply_async(  # type: ignore[override]
        self, args: Any = None, kwargs: Any = None, **options: Any
    ) -> AsyncResult[Any] | None:
        if "producer" in options:  # beat's own, which waits until the broker is back
            return super().apply_async(args, kwargs, **options)
        if redis_breaker.is_open():
            return None
        try:
            return super().apply_async(args, kwargs, **options)
        except (KombuError, RedisError, OSError) as error:
            redis_breaker.trip()
            log.warning("%s not sent: %s", self.name, type(error).__name__)
            return None
