"""A Redis cache that fails open: an unavailable cache is a miss, never an error."""

import logging
from collections.abc import Callable, Iterable
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

from serviceshop.redis.breaker import redis_breaker

log = logging.getLogger(__name__)

# Keys and versions that this process could not write while Redis was away. Redis may still have
# old values of them when it is back (such as a session that has logged out), so they are
# deleted before anything else.
unwritten: set[tuple[Any, int | None]] = set()


class FailOpenRedisCache(RedisCache):
    """Django's Redis cache, for a Redis that may go away at any time.

    While it is away, reads miss and writes are dropped. ``add`` returns True: a lock that
    can't be stored must not look taken. (Otherwise allauth's replay check would treat every
    code as already used.)
    """

    def _open(
        self,
        call: Callable[[], Any],
        otherwise: Any,
        *,
        writes: Iterable[str] = (),
        version: int | None = None,
    ) -> Any:
        if not redis_breaker.is_open():
            try:
                self._delete_unwritten()
                return call()
            except (RedisError, OSError) as error:
                redis_breaker.trip()
                log.warning("cache unavailable: %s", type(error).__name__)
        unwritten.update((key, version) for key in writes)
        return otherwise

    def _delete_unwritten(self) -> None:
        for key, version in list(unwritten):
            super().delete(key, version)
            unwritten.discard((key, version))

    def add(self, key: Any, *args: Any, **kwargs: Any) -> Any:
        return self._open(lambda: super(FailOpenRedisCache, self).add(key, *args, **kwargs), True)

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        return self._open(
            lambda: super(FailOpenRedisCache, self).get(key, default, version), default
        )

    def set(
        self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None
    ) -> Any:
        return self._open(
            lambda: super(FailOpenRedisCache, self).set(key, value, timeout, version),
            None,
            writes=[key],
            version=version,
        )

    def touch(self, key: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> Any:
        return self._open(
            lambda: super(FailOpenRedisCache, self).touch(key, timeout, version), False
        )

    def delete(self, key: Any, version: int | None = None) -> Any:
        return self._open(
            lambda: super(FailOpenRedisCache, self).delete(key, version),
            False,
            writes=[key],
            version=version,
        )

    def get_many(self, keys: Any, version: int | None = None) -> Any:
        return self._open(lambda: super(FailOpenRedisCache, self).get_many(keys, version), {})

    def has_key(self, key: Any, version: int | None = None) -> Any:
        return self._open(lambda: super(FailOpenRedisCache, self).has_key(key, version), False)

    def incr(self, key: Any, delta: int = 1, version: int | None = None) -> Any:
        return self._open(
            lambda: super(FailOpenRedisCache, self).incr(key, delta, version),
            delta,
            writes=[key],
            version=version,
        )

    def set_many(
        self, data: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None
    ) -> Any:
        return self._open(
            lambda: super(FailOpenRedisCache, self).set_many(data, timeout, version),
            list(data),
            writes=data,
            version=version,
        )

    def delete_many(self, keys: Any, version: int | None = None) -> Any:
        keys = list(keys)
        return self._open(
            lambda: super(FailOpenRedisCache, self).delete_many(keys, version),
            None,
            writes=keys,
            version=version,
        )

    def clear(self) -> Any:
        return self._open(lambda: super(FailOpenRedisCache, self).clear(), False)
