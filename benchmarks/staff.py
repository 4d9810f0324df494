"""Staff pages against the empty view: one client, one connection."""

import itertools
from collections.abc import Iterator

from benchmarks import empty
from benchmarks.client import Connection, Reader
from benchmarks.pages import Ask, compared, expect, look_in_turn
from benchmarks.stage import Stage
from benchmarks.town import Quarter
from benchmarks.words import Measured


def today(stage: Stage) -> Measured:
    """The page where an administrator's day begins."""
    quarter = stage.town.ordinary[0]
    return _compared(stage, quarter, f"/departments/{quarter.department.pk}/today/")


def _compared(stage: Stage, quarter: Quarter, url: str) -> Measured:
    reader = Reader.of(quarter.administrator)
    rounds = look_in_turn(
        stage,
        page=(stage.port, _asks(reader, url)),
        empty=(stage.port, _asks(reader, empty.URL)),
    )
    return compared(rounds, "page", "empty")


def _asks(reader: Reader, url: str) -> Iterator[Ask]:
    def ask(to: Connection) -> float:
        return expect(200, to.ask(reader.get(url))).seconds

    return itertools.repeat(ask)
