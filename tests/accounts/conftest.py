import pytest
from django.core.cache import cache

from accounts.messages import notices
from accounts.messages.notices import Notice, Topic, Words
from serviceshop.redis.breaker import redis_breaker
from tests.factories import UserFactory


@pytest.fixture(autouse=True)
def _no_earlier_attempts():
    """Clear the rate limits in the shared cache, and close the breaker that a test opened."""
    cache.clear()
    yield
    redis_breaker.close()


@pytest.fixture
def person(db):
    return UserFactory(
        email="kari@example.test", given_name="Kari", family_name="Lie", password="old and long"
    )


class World:
    """The state that the notice reads just before it is sent."""

    is_true = True

    def compose(self, message):
        return Words("Something is new", ("Something is new.", "Look.")) if self.is_true else None


@pytest.fixture
def world(monkeypatch):
    """One kind of notice for each topic: "test.news" is sent while ``is_true``."""
    world = World()
    monkeypatch.setattr(notices, "_notices", dict(notices._notices))
    for topic in Topic:
        notices.register(Notice(f"test.{topic}", topic, world.compose))
    notices.register(Notice("test.soon", Topic.BY_OTHERS, world.compose, may_disturb=True))
    return world
