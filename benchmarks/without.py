"""One piece of machinery at a time: what a request costs without it.

A web server leaves out the piece in every other request (``benchmarks.wsgi``). The cost of a
request is the CPU time of the server's workers and of PostgreSQL's backends, because it
hardly depends on what else the machine does. Pieces that a process reads when it starts are
measured with a second server.
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
from benchmarks.plain.apps import HEADER, VARIABLE
from benchmarks.results import BrokenError, say
from departments.models import Day

PAGES = (60, 300)  # requests with and without: at least, at most
WAVES = (12, 50)  # of 32 bookings
SURE = 0.005  # the standard error of a ratio that is measured well enough
REFRESHED = 20  # after so many, PostgreSQL is asked for its backends again

# Sends one page's request or a wave of bookings. Returns how many, and the seconds it took.
Send = Callable[[], tuple[int, float]]
Sends = contextlib.AbstractContextManager[Send]


@dataclass(frozen=True)
class Variant:
    """With or without the pieces."""

    server: WebServer
    without: str = ""

    def add_to(self, request: bytes) -> bytes:
        if not self.without:
            return request
        line = f"\r\n{HEADER}: {self.without}\r\n\r\n".encode()
        return request.replace(b"\r\n\r\n", line, 1)


@dataclass(frozen=True)
class Cost:
    """Of one request, in seconds."""

    cpu: float
    clock: float

    def of(self, figure: str) -> float:
        """Where others wait for a lock, the time it is held counts and not only the work."""
        return self.clock if figure == "booking-crowd" else self.cpu


@dataclass(frozen=True)
class Compared:
    piece: str
    figure: str
    with_it: Cost
    without: Cost
    ratio: float  # of CPU time, with ÷ without
    error: float  # standard error of the ratio, by bootstrap
    times: int

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
            "with_ms": round(1000 * self.with_it.of(self.figure), 3),
            "without_ms": round(1000 * self.without.of(self.figure), 3),
            "times": self.times,
        }


def as_row(compared: Compared) -> str:
    costs = (compared.with_it, compared.without)
    with_it, without = (1000 * cost.of(compared.figure) for cost in costs)
    return (
        f"{compared.piece:<30} {compared.figure:<20}"
        f" {compared.ratio:.3f} ± {compared.error:.3f}  gain {compared.gain:5.1%}"
        f"  ({with_it:.2f} ms with, {without:.2f} without, {compared.times} times)"
    )


def measure(env: Environment, pieces: str, figures: set[str]) -> Iterator[Compared]:
    """``pieces`` is a piece, or several that are left out together: "a+b"."""
    found = [PIECES[name] for name in pieces.split("+")]
    served = dict.fromkeys(figure for piece in found for figure in piece.serves)
    with contextlib.ExitStack() as stack:
        if any(piece.at_start for piece in found):
            plain = stack.enter_context(env.another_server(**{VARIABLE: pieces}))
            with_it, without = Variant(env.server), Variant(plain)
        else:
            server = stack.enter_context(env.another_server("benchmarks.wsgi"))
            with_it, without = Variant(server), Variant(server, pieces)
        for figure in served:
            if not figures or figure in figures:
                yield _compare(env, pieces, figure, with_it, without)


def _compare(
    env: Environment, pieces: str, figure: str, with_it: Variant, without: Variant
) -> Compared:
    least, most = WAVES if figure.startswith("booking-") else PAGES
    costs: dict[Variant, list[Cost]] = {with_it: [], without: []}
    processes: list[int] = []
    with contextlib.ExitStack() as stack:
        sends = {one: stack.enter_context(FIGURES[figure](env, one)) for one in costs}
        for _ in range(least // 5):  # warm-up
            for send in sends.values():
                send()
        found = None
        for number in range(most):
            if number % REFRESHED == 0:
                processes = _processes(with_it.server, without.server)
            in_turn = list(sends.items())
            for variant, send in in_turn if number % 2 else reversed(in_turn):
                costs[variant].append(_cost(processes, send))
            if number + 1 >= least and number % 10 == 9:
                found = _compared(pieces, figure, costs[with_it], costs[without])
                if found.is_clear:
                    break
    assert found
    say(f"  {figure}: {found.ratio:.3f} ± {found.error:.3f}, {found.times} times")
    return found


def _compared(piece: str, figure: str, with_it: list[Cost], without: list[Cost]) -> Compared:
    generator = random.Random(1)
    ratios = [
        _low(generator.choices(with_it, k=len(with_it))).of(figure)
        / _low(generator.choices(without, k=len(without))).of(figure)
        for _ in range(200)
    ]
    first, last = _low(with_it), _low(without)
    error = statistics.stdev(ratios)
    return Compared(
        piece, figure, first, last, first.of(figure) / last.of(figure), error, len(with_it)
    )


def _low(costs: list[Cost]) -> Cost:
    """The lower quartiles: other work on the machine makes a request dearer, never cheaper."""
    cpu, clock = (
        statistics.quantiles(values, n=4)[0]
        for values in ([cost.cpu for cost in costs], [cost.clock for cost in costs])
    )
    return Cost(cpu, clock)


def _cost(processes: list[int], send: Send) -> Cost:
    before = _cpu(processes)
    requests, took = send()
    spent = sum(now - before.get(thread, 0) for thread, now in _cpu(processes).items())
    return Cost(spent / requests / 1e9, took / requests)


def _processes(*servers: WebServer) -> list[int]:
    """The servers' workers, and all backends of PostgreSQL but ours."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pid FROM pg_stat_activity"
            " WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
        )
        backends = [pid for (pid,) in cursor.fetchall()]
    return [*{pid for server in servers for pid in server.workers()}, *backends]


def _cpu(processes: list[int]) -> dict[Path, int]:
    """Nanoseconds of each thread."""
    spent = {}
    for process in processes:
        for path in Path(f"/proc/{process}/task").glob("*/schedstat"):
            with contextlib.suppress(OSError):  # it has ended
                spent[path] = int(path.read_text().split()[0])
    return spent


# -- What is requested --------------------------------------------------------------


class _Connection(Connection):
    """Marks each request with what the server shall leave out."""

    def __init__(self, variant: Variant) -> None:
        super().__init__(variant.server.port)
        self.variant = variant

    def send(self, request: bytes) -> None:
        super().send(self.variant.add_to(request))


@contextlib.contextmanager
def _pages(variant: Variant, fetches: Iterator[pages.Fetch]) -> Iterator[Send]:
    with _Connection(variant) as to:
        yield lambda: (1, next(fetches)(to))


def _warm(env: Environment, variant: Variant) -> Sends:
    return _pages(variant, pages.calendars(env.data.ordinary[0]))


def _unchanged(env: Environment, variant: Variant) -> Sends:
    return _pages(variant, pages.unchanged_calendars(env.data.ordinary[0]))


def _cold(env: Environment, variant: Variant) -> Sends:
    return _pages(variant, pages.calendars_after_changes(env.data.largest))


def _saturated(env: Environment, variant: Variant) -> Sends:
    full, _ = env.data.saturated
    return _pages(variant, pages.calendars_after_changes(full))


def _one_day(env: Environment, variant: Variant) -> Sends:
    return _pages(variant, _after_a_booking(env.data.largest))


def _after_a_booking(site: Site) -> Iterator[pages.Fetch]:
    days = list(Day.objects.filter(department=site.department).order_by("date"))[1:-1]
    for day, calendar in zip(itertools.cycle(days), pages.calendars(site), strict=False):

        def fetch(to: Connection, day: Day = day, calendar: pages.Fetch = calendar) -> float:
            Day.objects.filter(pk=day.pk).update(revision=F("revision") + 1)
            return calendar(to)

        yield fetch


def _slots(env: Environment, variant: Variant) -> Sends:
    return _pages(variant, slots.fortnights(env.data.ordinary[0]))


def _slots_cold(env: Environment, variant: Variant) -> Sends:
    site = env.data.largest

    def fetches() -> Iterator[pages.Fetch]:
        for fortnight in slots.fortnights(site):

            def fetch(to: Connection, fortnight: pages.Fetch = fortnight) -> float:
                pages.change(site)
                return fortnight(to)

            yield fetch

    return _pages(variant, fetches())


@contextlib.contextmanager
def _bookings(
    variant: Variant, all_requests: BookingRequests, sent: list[BookingRequest]
) -> Iterator[Send]:
    with Crowd(variant.server.port, bookings.CLIENTS) as crowd:

        def send() -> tuple[int, float]:
            all_requests.undo()
            responses, took = crowd.fetch([variant.add_to(request.book()) for request in sent])
            if bookings.count_refused(responses) > bookings.REFUSED * len(responses):
                raise BrokenError("Too many bookings were refused.")
            return len(responses), took

        yield send
        all_requests.undo()


def _spread(env: Environment, variant: Variant) -> Sends:
    requests = BookingRequests(env)
    return _bookings(variant, requests, list(itertools.chain(*requests.spread(1))))


def _crowd(env: Environment, variant: Variant) -> Sends:
    requests = BookingRequests(env)
    return _bookings(variant, requests, list(itertools.chain(*requests.together(1))))


FIGURES: dict[str, Callable[[Environment, Variant], Sends]] = {
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
