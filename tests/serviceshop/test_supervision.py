"""What has died is started again, sooner when it had run well."""

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
def said():
    return []


@pytest.fixture
def process():
    return Process()


@pytest.fixture
def guard(clock, process, said):
    return Guard(process, said.append)


def test_what_runs_is_left_alone(guard, process, clock, said):
    clock(SETTLED + 1)
    guard.check()
    assert process.restarts == 0
    assert not said


def test_what_dies_after_running_well_starts_at_once(guard, process, clock, said):
    clock(SETTLED + 1)
    process.running = False
    guard.check()
    assert process.restarts == 1
    assert said == ["The clock has stopped; starting it again."]


def test_what_keeps_dying_starts_after_longer_and_longer_pauses(guard, process, clock):
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


def test_a_start_that_fails_is_said_and_tried_again(guard, process, clock, said):
    process.running = False

    def fail():
        process.restarts += 1
        raise LocalServiceError("The disk is full.")

    process.restart = fail
    for _ in range(40):
        guard.check()
        clock(0.25)
    assert "The disk is full." in said
    assert process.restarts > 1
