"""The measures over HTTP, on next to no data and a web server within the test's process."""

import datetime as dt
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.utils import timezone

from benchmarks import pages, slots
from benchmarks.__main__ import BENCHMARKS
from benchmarks.sizes import DAYS, SLOTS_A_DAY, Effort, Sizes
from benchmarks.stage import Stage
from benchmarks.town import Town
from booking.calendar.offers import SlotStatus
from booking.models import Visit
from booking.queries.person import offer

pytestmark = pytest.mark.slow

SIZES = Sizes(departments=1, staff=2, largest=3, saturated=4, history=0)
EFFORT = Effort(rounds=1, pages=2, waves=1, requests=(1, 2))


@pytest.mark.django_db(transaction=True)
def test_each_look_at_a_page_comes_to_a_ratio(live_server, settings, tmp_path, monkeypatch):
    monkeypatch.setattr(pages, "VIEWERS", 1)
    settings.ROOT_URLCONF = "benchmarks.urls"
    templates = Path(pages.__file__).parent / "templates"
    folders = [*settings.TEMPLATES[0]["DIRS"], templates]
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": folders}]
    stage = Stage(SIZES, EFFORT, tmp_path, SimpleNamespace(port=live_server.thread.port))

    for measure in (pages.warm, pages.unchanged, pages.even, pages.cold, pages.staff):
        assert measure(stage).ratio > 0
    assert pages.statements(stage).ratio >= 1
    assert "note" in (told := slots.api(stage)).details or told.ratio > 0


@pytest.mark.django_db
def test_three_fifths_of_all_time_is_taken():
    assert Town(SIZES).largest

    share = Visit.objects.count() * 2 / (SIZES.largest * DAYS * SLOTS_A_DAY)
    assert 0.5 < share < 0.7


@pytest.mark.django_db
def test_nobody_is_left_for_any_slot_of_a_saturated_day(monkeypatch):
    monkeypatch.setattr("benchmarks.town._tidy", lambda: None)
    saturated, usual = Town(SIZES).saturated

    def found(quarter):
        days = offer(
            service=quarter.service,
            recipient=quarter.bookers[0],
            dates=[timezone.localdate() + dt.timedelta(days=n) for n in range(1, DAYS)],
            now=timezone.now(),
        )
        return {slot.status for day in days for slot in day.slots}

    assert found(saturated) == {SlotStatus.BUSY}
    assert found(usual) == {SlotStatus.BUSY, SlotStatus.FREE}


def test_each_benchmark_has_its_measure():
    for benchmark in BENCHMARKS.values():
        module, function = benchmark.measure.split(".")
        assert callable(getattr(import_module(f"benchmarks.{module}"), function))
