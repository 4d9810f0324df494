"""A Redis cache that fails open: a broken cache is a miss, never an error."""

import logging
from collections.abc import Callable
from typing import Any

from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

log = logging.getLogger(__name__)


class FailOpenRedisCache(RedisCache):
    """Django's Redis cache, except that Redis may vanish at any time.

    Reads miss and writes are dropped while Redis is away. ``add`` answers True:
    a lock that nobody can keep must not look taken (allauth's replay check would
    otherwise read every code as already used).
    """

    def _open(self, call: Callable[[], Any], otherwise: Any) -> Any:
        try:
            return call()
        except (RedisError, OSError) as error:
            log.warning("cache unavailable: %s", type(error).__name__)
            return otherwise

    def add(self, *args: Any, **kwargs: Any) -> Any:
        return self._open(lambda: super(FailOpenRedisCache, self).add(*args, **kwargs), True)

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

    def incr(self, *args: Any, **kwargs: Any) -> Any:
        return self._open(lambda: super(FailOpenRedisCache, self).incr(*args, **kwargs), 1)

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
