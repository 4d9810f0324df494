"""Staff pages against the empty view: one client, one connection."""

import itertools
from collections.abc import Iterator

from benchmarks import empty
from benchmarks.client import Connection, Reader
from benchmarks.dataset import Site
from benchmarks.environment import Environment
from benchmarks.pages import Fetch, compared, expect, measure_in_turn
from benchmarks.results import Measured


def today(env: Environment) -> Measured:
    """The page where an administrator's day begins."""
    site = env.data.ordinary[0]
    return _compared(env, site, f"/departments/{site.department.pk}/today/")


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
