import pytest
from django.core.cache import cache

from tests.factories import UserFactory


@pytest.fixture(autouse=True)
def _no_earlier_attempts():
    """Rate limits live in the cache, which tests share."""
    cache.clear()


@pytest.fixture
def person(db):
    return UserFactory(
        email="kari@example.test", given_name="Kari", family_name="Lie", password="old and long"
    )
