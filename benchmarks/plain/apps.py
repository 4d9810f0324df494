import os

from django.apps import AppConfig

from benchmarks import plain
from benchmarks.pieces import PIECES

VARIABLE = "BENCHMARKS_WITHOUT"  # a piece of machinery that this process does without


class PlainConfig(AppConfig):
    name = "benchmarks.plain"

    def ready(self) -> None:
        if without := os.environ.get(VARIABLE):
            for swap in plain.swaps_of(PIECES[without].plain):
                swap.make()
