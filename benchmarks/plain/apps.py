import os

from django.apps import AppConfig

from benchmarks import plain
from benchmarks.pieces import CONTROL, PIECES

HEADER = "X-Benchmarks-Without"  # of a request
VARIABLE = "BENCHMARKS_WITHOUT"  # for pieces that are only read when a process starts


def names_of(pieces: str) -> list[str]:
    """The plain versions of "piece" or "piece+piece"."""
    return [PIECES[name].plain for name in pieces.split("+")]


class PlainConfig(AppConfig):
    name = "benchmarks.plain"

    def ready(self) -> None:
        for name in names_of(os.environ.get(VARIABLE) or CONTROL):
            for swap in plain.swaps_of(name):
                swap.make()
