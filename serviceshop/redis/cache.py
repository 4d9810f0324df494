"""A Redis cache that fails open: an unavailable cache is a miss, never an error."""

import logging
from collections.abc import Callable
from typing import Any

from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

from serviceshop.redis.breaker import redis_breaker

log = logging.getLogger(__name__)


class FailOpenRedisCache(RedisCache):
    """Django's Redis cache, for a Redis that may go away at any time.

    While it is away, reads miss and writes are dropped. ``add`` returns True: a lock that
    can't be stored must not look taken. (Otherwise allauth's replay check would treat every
    code as already used.)
    """

    @staticmethod
    def _open(call: Callable[[], Any], otherwise: Any) -> Any:
        if not redis_breaker.is_open():
            try:
                return call()
            except (RedisError, OSError) as error:
                redis_breaker.trip()
                log.warning("cache unavailable: %s", type(error).__name__)
        return otherwise

    def add(self, key: Any, *args: Any, **kwargs: Any) -> Any:
        return self._open(lambda: super(FailOpenRedisCache, self).add(key, *args, **kwargs), True)

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        return self._open(
            lambda: super(FailOpenRedisCache, self).get(key, default, version), default
        )

    def set(self, *args: Any, **kwargs: Any) -> Any:
        return self._open(lambda: super(FailOpenRedisCache, self).set(*args, **kwargs), None)

    def touch(self, *args: Any, **kwargs: Any) -> Any:
        return self._open(lambda: super(FailOpenRedisCache, self).touch(*args, **kwargs), False)

    def delete(self, *args: Any, **kwargs: Any) -> Any:
        return self._open(lambda: super(FailOpenRedisCache, self).delete(*args, **kwargs), False)

    def get_many(self, *args: Any, **kwargs: Any) -> Any:
        return self._open(lambda: super(FailOpenRedisCache, self).get_many(*args, **kwargs), {})

    def has_key(self, *args: Any, **kwargs: Any) -> Any:
        return self._open(lambda: super(FailOpenRedisCache, self).has_key(*args, **kwargs), False)

    def incr(self, key: Any, delta: int = 1, version: int | None = None) -> Any:
        return self._open(lambda: super(FailOpenRedisCache, self).incr(key, delta, version), delta)

    def set_many(self, data: Any, *args: Any, **kwargs: Any) -> Any:
        return self._open(
            lambda: super(FailOpenRedisCache, self).set_many(data, *args, **kwargs), list(data)
        )

    def delete_many(self, *args: Any, **kwargs: Any) -> Any:
        return self._open(
            lambda: super(FailOpenRedisCache, self).delete_many(*args, **kwargs), None
        )

    def clear(self) -> Any:
        return self._open(lambda: super(FailOpenRedisCache, self).clear(), False)
