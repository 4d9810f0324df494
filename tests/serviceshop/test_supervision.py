"""A process that died is restarted, at once if it had run for a while."""

import pytest

from serviceshop.local import LocalServiceError
from serviceshop.supervision import LONGEST_PAUSE, SETTLED, Guard


class Process:
    name = "The clock"

    def __init__(self):
        self.running = True
        self.restarts = 0

    def is_running(self):
        return self.running

    def restart(self):
        self.restarts += 1


@pytest.fixture
def clock(monkeypatch):
    now = [1000.0]
    monkeypatch.setattr("serviceshop.supervision.time.monotonic", lambda: now[0])

    def pass_(seconds):
        now[0] += seconds

    return pass_


@pytest.fixture
def output():
    return []


@pytest.fixture
def process():
    return Process()


@pytest.fixture
def guard(clock, process, output):
    return Guard(process, output.append)


def test_a_running_process_is_left_alone(guard, process, clock, output):
    clock(SETTLED + 1)
    guard.check()
    assert process.restarts == 0
    assert not output


def test_a_process_that_dies_after_a_while_restarts_at_once(guard, process, clock, output):
    clock(SETTLED + 1)
    process.running = False
    guard.check()
    assert process.restarts == 1
    assert output == ["The clock has stopped; starting it again."]


def test_a_process_that_keeps_dying_restarts_after_growing_pauses(guard, process, clock):
    process.running = False
    pauses = []
    for restarts in range(1, 8):
        waited = 0
        while process.restarts < restarts:
            guard.check()
            clock(0.25)
            waited += 0.25
        pauses.append(waited)
    assert pauses == sorted(pauses)
    assert pauses[0] < 1
    assert LONGEST_PAUSE <= pauses[-1] <= LONGEST_PAUSE + 1


def test_a_start_that_fails_is_reported_and_retried(guard, process, clock, output):
    process.running = False

    def fail():
        process.restarts += 1
        raise LocalServiceError("The disk is full.")

    process.restart = fail
    for _ in range(40):
        guard.check()
        clock(0.25)
    assert "The disk is full." in output
    assert process.restarts > 1
