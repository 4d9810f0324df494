"""The measures, with very little data and a web server in the test's process."""

import datetime as dt
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.utils import timezone

from benchmarks import pages, slots, staff
from benchmarks.__main__ import BENCHMARKS
from benchmarks.dataset import Dataset
from benchmarks.environment import Environment
from benchmarks.sizes import DAYS, SLOTS_A_DAY, Effort, Sizes
from booking.calendar.offers import SlotStatus
from booking.models import Visit
from booking.queries.person import offer

pytestmark = pytest.mark.slow

SIZES = Sizes(departments=1, staff=2, largest=3, saturated=4, history=0)
EFFORT = Effort(rounds=1, pages=2, waves=1, requests=(1, 2))


@pytest.mark.django_db(transaction=True)
def test_each_page_gets_a_ratio(live_server, settings, tmp_path, monkeypatch):
    monkeypatch.setattr(pages, "VIEWERS", 1)
    settings.ROOT_URLCONF = "benchmarks.urls"
    templates = Path(pages.__file__).parent / "templates"
    folders = [*settings.TEMPLATES[0]["DIRS"], templates]
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": folders}]
    env = Environment(SIZES, EFFORT, tmp_path, SimpleNamespace(port=live_server.thread.port))

    measures = (pages.warm, pages.unchanged, pages.even, pages.cold, pages.staff)
    for measure in (*measures, slots.api, staff.today):
        assert measure(env).ratio > 0
    assert pages.statements(env).ratio >= 1


@pytest.mark.django_db
def test_three_fifths_of_the_time_is_booked():
    assert Dataset(SIZES).largest

    share = Visit.objects.count() * 2 / (SIZES.largest * DAYS * SLOTS_A_DAY)
    assert 0.5 < share < 0.7


@pytest.mark.django_db
def test_a_saturated_day_has_no_free_slot(monkeypatch):
    monkeypatch.setattr("benchmarks.dataset._tidy", lambda: None)
    saturated, usual = Dataset(SIZES).saturated

    def found(site):
        days = offer(
            service=site.service,
            recipient=site.bookers[0],
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
