"""One piece of machinery at a time: what a request costs without it.

Two web servers run beside each other on the same data; one has the plain version in
place. They take turns in short batches. The cost is CPU time, of the web server's workers
and of PostgreSQL's backends, because it hardly depends on what else the machine does.
"""

import contextlib
import itertools
import random
import statistics
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import connection
from django.db.models import F

from benchmarks import bookings, pages, slots
from benchmarks.bookings import BookingRequest, BookingRequests
from benchmarks.client import Connection, Crowd
from benchmarks.dataset import Site
from benchmarks.environment import Environment, WebServer
from benchmarks.pieces import ENOUGH, PIECES
from benchmarks.plain.apps import VARIABLE
from benchmarks.results import BrokenError, say
from departments.models import Day

BATCH = 5  # requests: short, so that both servers are disturbed alike
LEAST, MOST = 20, 100  # batches of each server
SURE = 0.01  # the standard error of a ratio that is measured well enough

# Sends a server some requests; how many, and the seconds until all were answered.
Batch = Callable[[], tuple[int, float]]
Batches = contextlib.AbstractContextManager[Batch]


@dataclass(frozen=True)
class Cost:
    """Of one request, in seconds."""

    cpu: float
    clock: float


@dataclass(frozen=True)
class Compared:
    piece: str
    figure: str
    with_it: Cost
    without: Cost
    ratio: float  # of CPU time, with ÷ without
    error: float  # standard error of the ratio, by bootstrap
    batches: int

    @property
    def gain(self) -> float:
        """How much higher the figure would be, as a part of it."""
        return 1 / self.ratio - 1

    @property
    def is_clear(self) -> bool:
        """Measured well enough, or far from where the verdict changes."""
        return self.error <= SURE or abs(self.ratio - 1 / (1 + ENOUGH)) > 4 * self.error

    @property
    def as_figure(self) -> dict[str, Any]:
        return {
            "piece": self.piece,
            "figure": self.figure,
            "ratio": round(self.ratio, 4),
            "error": round(self.error, 4),
            "gain": round(self.gain, 4),
            "with_ms": round(1000 * self.with_it.cpu, 3),
            "without_ms": round(1000 * self.without.cpu, 3),
            "with_clock_ms": round(1000 * self.with_it.clock, 3),
            "without_clock_ms": round(1000 * self.without.clock, 3),
            "batches": self.batches,
        }


def as_row(compared: Compared) -> str:
    with_it, without = (1000 * cost.cpu for cost in (compared.with_it, compared.without))
    return (
        f"{compared.piece:<30} {compared.figure:<20}"
        f" {compared.ratio:.3f} ± {compared.error:.3f}  gain {compared.gain:5.1%}"
        f"  (CPU {with_it:.2f} ms with, {without:.2f} without, {compared.batches} batches)"
    )


def measure(env: Environment, pieces: str, figures: set[str]) -> Iterator[Compared]:
    """``pieces`` is a piece, or several that are left out together: "a+b"."""
    served = dict.fromkeys(figure for name in pieces.split("+") for figure in PIECES[name].serves)
    with env.another_server(**{VARIABLE: pieces}) as plain:
        for figure in served:
            if not figures or figure in figures:
                yield _compare(env, pieces, figure, plain)


def _compare(env: Environment, piece: str, figure: str, plain: WebServer) -> Compared:
    costs: dict[WebServer, list[Cost]] = {env.server: [], plain: []}
    with contextlib.ExitStack() as stack:
        batches = {server: stack.enter_context(FIGURES[figure](env, server)) for server in costs}
        for _ in range(2):  # warm-up
            for batch in batches.values():
                batch()
        found = None
        for number in range(MOST):
            in_turn = list(batches.items())
            for server, batch in in_turn if number % 2 else reversed(in_turn):
                costs[server].append(_cost(server, batch))
            if number + 1 >= LEAST:
                found = _compared(piece, figure, costs[env.server], costs[plain])
                if found.is_clear:
                    break
    assert found
    say(f"  {figure}: {found.ratio:.3f} ± {found.error:.3f}, {found.batches} batches")
    return found


def _compared(piece: str, figure: str, with_it: list[Cost], without: list[Cost]) -> Compared:
    generator = random.Random(1)
    ratios = [
        _low(generator.choices(with_it, k=len(with_it))).cpu
        / _low(generator.choices(without, k=len(without))).cpu
        for _ in range(200)
    ]
    first, last = _low(with_it), _low(without)
    error = statistics.stdev(ratios)
    return Compared(piece, figure, first, last, first.cpu / last.cpu, error, len(with_it))


def _low(costs: list[Cost]) -> Cost:
    """The lower quartiles: other work on the machine makes a batch dearer, never cheaper."""
    cpu, clock = (
        statistics.quantiles(values, n=4)[0]
        for values in ([cost.cpu for cost in costs], [cost.clock for cost in costs])
    )
    return Cost(cpu, clock)


def _cost(server: WebServer, batch: Batch) -> Cost:
    before = _cpu(server)
    requests, took = batch()
    after = _cpu(server)
    cpu = sum(spent - before.get(path, 0) for path, spent in after.items())
    return Cost(cpu / requests / 1e9, took / requests)


def _cpu(server: WebServer) -> dict[Path, int]:
    """Nanoseconds by thread: of the server's workers, and of all backends but ours."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pid FROM pg_stat_activity"
            " WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
        )
        processes = [*server.workers(), *(pid for (pid,) in cursor.fetchall())]
    spent = {}
    for process in processes:
        for path in Path(f"/proc/{process}/task").glob("*/schedstat"):
            with contextlib.suppress(OSError):  # it has just ended
                spent[path] = int(path.read_text().split()[0])
    return spent


# -- What is asked of a server ------------------------------------------------------


@contextlib.contextmanager
def _fetched(
    server: WebServer, fetches: Iterator[pages.Fetch], times: int = BATCH
) -> Iterator[Batch]:
    with Connection(server.port) as to:

        def batch() -> tuple[int, float]:
            return times, sum(next(fetches)(to) for _ in range(times))

        yield batch


def _warm(env: Environment, server: WebServer) -> Batches:
    return _fetched(server, pages.calendars(env.data.ordinary[0]))


def _unchanged(env: Environment, server: WebServer) -> Batches:
    return _fetched(server, pages.unchanged_calendars(env.data.ordinary[0]))


def _cold(env: Environment, server: WebServer) -> Batches:
    return _fetched(server, pages.calendars_after_changes(env.data.largest))


def _saturated(env: Environment, server: WebServer) -> Batches:
    full, _ = env.data.saturated
    return _fetched(server, pages.calendars_after_changes(full))


def _one_day(env: Environment, server: WebServer) -> Batches:
    """A calendar after somebody has booked on one day of a large department."""
    site = env.data.largest
    return _fetched(server, _after_a_booking(site))


def _after_a_booking(site: Site) -> Iterator[pages.Fetch]:
    days = list(Day.objects.filter(department=site.department).order_by("date"))[1:-1]
    for day, calendar in zip(itertools.cycle(days), pages.calendars(site), strict=False):

        def fetch(to: Connection, day: Day = day, calendar: pages.Fetch = calendar) -> float:
            Day.objects.filter(pk=day.pk).update(revision=F("revision") + 1)
            return calendar(to)

        yield fetch


def _slots(env: Environment, server: WebServer) -> Batches:
    return _fetched(server, slots.fortnights(env.data.ordinary[0]))


def _slots_cold(env: Environment, server: WebServer) -> Batches:
    site = env.data.largest
    fortnights = slots.fortnights(site)

    def fetches() -> Iterator[pages.Fetch]:
        for fortnight in fortnights:

            def fetch(to: Connection, fortnight: pages.Fetch = fortnight) -> float:
                pages.change(site)
                return fortnight(to)

            yield fetch

    return _fetched(server, fetches())


@contextlib.contextmanager
def _booked(
    server: WebServer, all_requests: BookingRequests, sent: list[BookingRequest]
) -> Iterator[Batch]:
    with Crowd(server.port, bookings.CLIENTS) as crowd:

        def batch() -> tuple[int, float]:
            all_requests.undo()
            responses, took = crowd.fetch([request.book() for request in sent])
            if bookings.count_refused(responses) > bookings.REFUSED * len(responses):
                raise BrokenError("Too many bookings were refused.")
            return len(responses), took

        yield batch
        all_requests.undo()


def _spread(env: Environment, server: WebServer) -> Batches:
    requests = BookingRequests(env)
    return _booked(server, requests, list(itertools.chain(*requests.spread(1))))


def _crowd(env: Environment, server: WebServer) -> Batches:
    requests = BookingRequests(env)
    return _booked(server, requests, list(itertools.chain(*requests.together(1))))


FIGURES: dict[
    str, Callable[[Environment, WebServer], contextlib.AbstractContextManager[Batch]]
] = {
    "calendar-warm": _warm,
    "calendar-unchanged": _unchanged,
    "calendar-cold": _cold,
    "calendar-saturated": _saturated,
    "calendar-one-day": _one_day,
    "slots-api": _slots,
    "slots-api-cold": _slots_cold,
    "booking-spread": _spread,
    "booking-crowd": _crowd,
}
