"""The services that the whole suite runs on."""

import pytest
from django.core.cache import cache
from django.db import connection


@pytest.mark.django_db
def test_the_tests_run_on_a_real_postgresql():
    assert connection.vendor == "postgresql"
    assert connection.pg_version >= 17_00_00


def test_the_tests_run_on_a_real_cache():
    cache.set("tested", "here")
    assert cache.get("tested") == "here"
