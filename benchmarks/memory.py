"""What a web worker keeps: after many requests as much as after few."""

import itertools
import time

from django.utils import timezone

from benchmarks.client import Crowd
from benchmarks.pages import CALENDAR, viewers
from benchmarks.stage import Stage
from benchmarks.words import BrokenError, Measured, say

CLIENTS = 4
AT_A_TIME = 500


def worker(stage: Stage) -> Measured:
    """The resident memory of a server's only worker, over pages that recipients look at."""
    few, many = stage.effort.requests
    quarter = stage.town.ordinary[0]
    times = f"/book/{quarter.service.pk}/{timezone.localdate()}/"
    pages = itertools.cycle(
        [
            viewer.reader.get(path)
            for path in (CALENDAR, times, "/calendar/week/", "/bookings/")
            for viewer in viewers(quarter)
        ]
    )
    sizes: dict[int, int] = {}
    with (
        stage.another_server(WEB_WORKERS="1") as server,
        Crowd(server.port, CLIENTS) as crowd,
    ):
        asked, began = 0, time.monotonic()
        while asked < many:
            wave = min(AT_A_TIME, (few if asked < few else many) - asked)
            answers, _ = crowd.ask(list(itertools.islice(pages, wave)))
            if wrong := [answer.status for answer in answers if answer.status != 200]:
                raise BrokenError(f"A page answered {wrong[0]} instead of 200.")
            asked += wave
            left = (time.monotonic() - began) / asked * (many - asked)
            say(f"  {asked:,} of {many:,} requests, {left:.0f} s left")
            if asked in (few, many):
                sizes[asked] = server.worker_memory()
    return Measured(
        sizes[many] / sizes[few],
        {f"after_{asked}_mb": round(size / 2**20, 1) for asked, size in sizes.items()},
    )
