import os

from django.apps import AppConfig

from benchmarks import plain
from benchmarks.pieces import PIECES

VARIABLE = "BENCHMARKS_WITHOUT"  # the pieces whose plain versions this process has: "a+b"


class PlainConfig(AppConfig):
    name = "benchmarks.plain"

    def ready(self) -> None:
        if without := os.environ.get(VARIABLE):
            for name in without.split("+"):
                for swap in plain.swaps_of(PIECES[name].plain):
                    swap.make()
