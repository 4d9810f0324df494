"""A Redis cache that fails open: a broken cache is a miss, never an error."""

import logging
from collections.abc import Callable, Iterable
from functools import cached_property
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.redis import RedisCache, RedisCacheClient
from redis.exceptions import RedisError

from serviceshop.redis.breaker import redis_breaker

log = logging.getLogger(__name__)

# What this process wrote while Redis was away. An old value may still be there when
# Redis is back (a session that was logged out meanwhile), so these are deleted first.
unwritten: set[str] = set()


class _Client(RedisCacheClient):
    """Keeps what Django makes anew for each question: making it takes as long as asking."""

    def get_client(self, key: Any = None, *, write: bool = False) -> Any:
        if write not in self._made:
            self._made[write] = super().get_client(key, write=write)
        return self._made[write]

    @cached_property
    def _made(self) -> dict[bool, Any]:
        return {}


class FailOpenRedisCache(RedisCache):
    """Django's Redis cache, except that Redis may vanish at any time.

    Reads miss and writes are dropped while Redis is away. ``add`` answers True:
    a lock that nobody can keep must not look taken (allauth's replay check would
    otherwise read every code as already used).
    """

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._class = _Client

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
                self._forget_unwritten()
                return call()
            except (RedisError, OSError) as error:
                redis_breaker.trip()
                log.warning("cache unavailable: %s", type(error).__name__)
        unwritten.update(self.make_and_validate_key(key, version=version) for key in writes)
        return otherwise

    def _forget_unwritten(self) -> None:
        if unwritten:
            keys = list(unwritten)
            self._cache.delete_many(keys)
            unwritten.difference_update(keys)

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
