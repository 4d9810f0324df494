"""Whether a web worker's memory grows with the number of requests."""

import itertools
import time

from django.utils import timezone

from benchmarks.client import Crowd
from benchmarks.environment import Environment
from benchmarks.pages import CALENDAR, viewers
from benchmarks.results import BrokenError, Measured, say

CLIENTS = 4
AT_A_TIME = 500


def worker(env: Environment) -> Measured:
    """Resident memory of a single worker after many ÷ after few requests of recipients' pages."""
    few, many = env.effort.requests
    site = env.data.ordinary[0]
    times = f"/book/{site.service.pk}/{timezone.localdate()}/"
    pages = itertools.cycle(
        [
            viewer.reader.get(path)
            for path in (CALENDAR, times, "/calendar/week/", "/bookings/")
            for viewer in viewers(site)
        ]
    )
    sizes: dict[int, int] = {}
    with (
        env.another_server(WEB_WORKERS="1") as server,
        Crowd(server.port, CLIENTS) as crowd,
    ):
        sent, began = 0, time.monotonic()
        while sent < many:
            wave = min(AT_A_TIME, (few if sent < few else many) - sent)
            responses, _ = crowd.fetch(list(itertools.islice(pages, wave)))
            if wrong := [response.status for response in responses if response.status != 200]:
                raise BrokenError(f"A page answered {wrong[0]} instead of 200.")
            sent += wave
            left = (time.monotonic() - began) / sent * (many - sent)
            say(f"  {sent:,} of {many:,} requests, {left:.0f} s left")
            if sent in (few, many):
                sizes[sent] = server.worker_memory()
    return Measured(
        sizes[many] / sizes[few],
        {f"after_{sent}_mb": round(size / 2**20, 1) for sent, size in sizes.items()},
    )
