import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from workflow import queries


class Command(BaseCommand):
    help = (
        "Proves that every visit of a confirmed booking, today and in the coming days, is on "
        "exactly one work list or unstaffed, and that no list holds anything else. "
        "Exits 1 otherwise."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--wait",
            type=float,
            default=0.0,
            metavar="SECONDS",
            help="how long to wait for days whose lists are not made yet",
        )

    def handle(self, *args: Any, wait: float, **options: Any) -> None:
        until = time.monotonic() + wait
        counts = queries.check_plans(timezone.localdate())
        while counts.has_stale_days and time.monotonic() < until:
            time.sleep(0.2)
            counts = queries.check_plans(timezone.localdate())
        for what, number in counts.faults.items():
            self.stdout.write(f"{number} {what}")
        self.stdout.write(str(counts))
        if counts.wrong:
            raise SystemExit(1)
