"""Redis may go away: a request waits for it once and briefly, and only gets slower."""

import socket
import time
import uuid

import pytest
from celery import Celery
from celery.contrib.django.task import DjangoTask
from django.core.cache import caches
from redis.exceptions import ConnectionError as RedisConnectionError

from departments.tasks import lay_out_days
from serviceshop.celery import app
from serviceshop.redis.breaker import Breaker, redis_breaker

NOWHERE = "redis://127.0.0.1:1/0"


@pytest.fixture(autouse=True)
def closed_breaker():
    redis_breaker.close()
    yield
    redis_breaker.close()


@pytest.fixture
def cache():
    yield (cache := caches.create_connection("default"))
    cache.clear()


def away(monkeypatch):
    """Make every command to Redis fail from now on; return the list of the attempts."""
    tried = []

    def fail(*args, **kwargs):
        tried.append(args)
        raise RedisConnectionError

    monkeypatch.setattr("redis.Redis.execute_command", fail)
    return tried


def test_a_breaker_closes_by_itself(monkeypatch):
    now = [1000.0]
    monkeypatch.setattr("serviceshop.redis.breaker.time.monotonic", lambda: now[0])
    breaker = Breaker(pause=5)
    breaker.trip()
    assert breaker.is_open()
    now[0] += 5
    assert not breaker.is_open()


def test_an_unavailable_cache_is_tried_once_and_then_skipped(cache, monkeypatch):
    tried = away(monkeypatch)

    assert cache.get("a", "default") == "default"
    assert cache.add("a", 1) is True
    assert cache.get_many(["a"]) == {}
    assert cache.incr("a") == 1
    assert not cache.has_key("a")

    assert len(tried) == 1


def task_of(broker):
    task = "serviceshop.redis.best_effort:BestEffortTask"
    app = Celery("away", task_cls=task, set_as_current=False)
    app.config_from_object("django.conf:settings", namespace="CELERY")
    app.conf.broker_url = broker

    @app.task
    def nothing():
        pass

    return nothing


@pytest.fixture
def silent_broker():
    """Accepts connections and never answers, like a process that is stopped."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"redis://127.0.0.1:{server.getsockname()[1]}/0"


@pytest.fixture(params=["gone", "silent"])
def broker_away(request):
    return NOWHERE if request.param == "gone" else request.getfixturevalue("silent_broker")


def test_sending_a_task_without_a_broker_is_tried_once_and_raises_nothing(
    broker_away, monkeypatch, figure
):
    """The first call waits for the broker; later calls do not try until the pause is over."""
    monkeypatch.setattr(redis_breaker, "pause", 3600)
    task, tried, send = task_of(broker_away), [], DjangoTask.apply_async

    def count(*args, **options):
        tried.append(args)
        return send(*args, **options)

    monkeypatch.setattr(DjangoTask, "apply_async", count)

    started = time.monotonic()
    assert task.delay() is None
    waited = time.monotonic() - started
    figure("Seconds that a request waits for a broker", round(waited, 2))
    assert waited < 8  # half a second, and plenty for a busy machine
    for _ in range(100):
        assert task.delay() is None
    assert len(tried) == 1


def test_sending_a_task_with_a_broker_sends_a_message():
    assert lay_out_days.delay() is not None
    lay_out_days.app.control.purge()


def test_a_worker_takes_the_next_task_though_the_broker_missed_an_acknowledgement(monkeypatch):
    queue = f"acknowledged {uuid.uuid4()}"
    with app.connection_for_read() as connection, connection.SimpleQueue(queue) as tasks:
        channel = tasks.consumer.channel
        channel.basic_qos(0, 1, False)  # as a worker with one process: one task at a time
        tasks.put("a task")
        message = tasks.get(timeout=10)
        assert not channel.qos.can_consume()

        with monkeypatch.context() as patch:
            patch.setattr("redis.client.Pipeline.execute", broken)
            patch.setattr("redis.Redis.execute_command", broken)
            message.ack()

        assert channel.qos.can_consume()


def broken(*args, **kwargs):
    raise RedisConnectionError
