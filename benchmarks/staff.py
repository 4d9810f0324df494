"""Staff pages against the empty view, and the count of slack: one client, one connection."""

import itertools
import statistics
import time
from collections.abc import Iterator
from dataclasses import replace

from django.utils import timezone

from benchmarks import empty, pages
from benchmarks.client import Connection, Reader
from benchmarks.dataset import UNBOOKED, Site
from benchmarks.environment import Environment
from benchmarks.pages import Fetch, Rounds, compared, expect, measure_in_turn
from benchmarks.results import Measured
from booking.actions import count_slack


def today(env: Environment) -> Measured:
    """The page where an administrator's day begins."""
    site = env.data.ordinary[0]
    return _compared(env, site, f"/departments/{site.department.pk}/today/")


def unbooked(env: Environment) -> Measured:
    """The first page of unbooked help in a department where thousands have not booked."""
    site = env.data.unbooked
    count_slack(timezone.now())
    return _compared(env, site, f"/departments/{site.department.pk}/unbooked/")


def slack(env: Environment) -> Measured:
    """How long the nightly count of the days left takes for one of thousands of recipients ÷ the
    floor of a recipient's page."""
    site = env.data.unbooked

    def count() -> float:
        began = time.perf_counter()
        count_slack(timezone.now())
        return (time.perf_counter() - began) / UNBOOKED

    floors = pages.floors(site)
    counted: Rounds = []
    with Connection(env.port) as to:
        count()  # fills the caches of the department's days
        for _ in range(env.effort.rounds):
            floor = [next(floors)(to) for _ in range(env.effort.pages)]
            counted.append({"recipient": [count()], "floor": floor})
    measured = compared(counted, "recipient", "floor")
    seconds = statistics.median(one["recipient"][0] for one in counted)
    return replace(
        measured, details={**measured.details, "ten_thousand_s": round(seconds * 10_000, 1)}
    )


def _compared(env: Environment, site: Site, url: str) -> Measured:
    reader = Reader.of(site.administrator)
    rounds = measure_in_turn(
        env,
        page=(env.port, _fetches(reader, url)),
        empty=(env.port, _fetches(reader, empty.URL)),
    )
    return compared(rounds, "page", "empty")


def _fetches(reader: Reader, url: str) -> Iterator[Fetch]:
    def fetch(to: Connection) -> float:
        return expect(200, to.fetch(reader.get(url))).seconds

    return itertools.repeat(fetch)
