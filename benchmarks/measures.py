"""What is measured. Each measure answers with a ratio and the figures behind it; the ratio
is the median of three interleaved rounds."""

import datetime as dt
import itertools
import statistics
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from benchmarks import data, floor, web
from benchmarks.data import Person, Place
from booking import queries
from departments.hours import local_instant

ROUNDS = 3
REQUESTS = 60  # a round
CLIENTS = 32
BOOKINGS = 6  # of each client, a round
HISTORY = 1_000_000
CALENDAR = "/calendar/"


@dataclass(frozen=True)
class Measured:
    ratio: float
    details: Mapping[str, float | int] = field(default_factory=dict)


class Bench:
    """The data, made when a measure first needs it."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self.say = say

    @cache  # noqa: B019 (lives as long as the run)
    def places(self, staff: int) -> list[Place]:
        """Ten departments of so many staff, 60 % filled."""
        return self._made(10, staff)

    @cache  # noqa: B019
    def viewer(self, staff: int) -> Person:
        return data.make_people(1, self.places(staff))[0]

    def _made(self, number: int, staff: int, filled: float = 0.6) -> list[Place]:
        self.say(f"making {number} departments of {staff} staff")
        places = data.make_places(number, staff, filled=filled)
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
        return places

    @cached_property
    def one_day(self) -> list[Place]:
        return self._made(1, 50, filled=0.4)

    @cached_property
    def sixty_percent_of_eighty(self) -> list[Place]:
        return self._made(1, 80)

    @cached_property
    def saturated_eighty(self) -> list[Place]:
        return self._made(1, 80, filled=1)


# -- The calendar page ----------------------------------------------------------


def calendar_warm(bench: Bench) -> Measured:
    return _calendar_over_floor(bench, staff=10)


def calendar_cold(bench: Bench) -> Measured:
    """Every day has changed since: 50 staff."""
    return _calendar_over_floor(bench, staff=50, is_cold=True)


def calendar_unchanged(bench: Bench) -> Measured:
    """The browser has the page already, and it still holds."""
    return _calendar_over_floor(bench, staff=10, is_unchanged=True)


def calendar_tail(bench: Bench) -> Measured:
    viewer = bench.viewer(10)
    with web.server(workers=1) as server:
        client = web.Client(server.port, viewer.cookie)
        _warm_up(client)
        taken = [
            web.milliseconds(lambda: _ok(client.get(CALENDAR)), 3 * REQUESTS)
            for _ in range(ROUNDS)
        ]
    ratios = [web.p95(one) / web.p50(one) for one in taken]
    return Measured(statistics.median(ratios), {"p50_ms": web.p50(taken[0])})


def calendar_staff(bench: Bench) -> Measured:
    """Fifty staff or one: the page is as fast."""
    one, fifty = bench.viewer(1), bench.viewer(50)
    with web.server(workers=1) as server:
        clients = [web.Client(server.port, person.cookie) for person in (fifty, one)]
        for client in clients:
            _warm_up(client)
        return _ratio(*[lambda client=client: _ok(client.get(CALENDAR)) for client in clients])


def calendar_history(bench: Bench) -> Measured:
    """A million bookings of long ago change nothing."""
    viewer = bench.viewer(10)
    with web.server(workers=1) as server:
        client = web.Client(server.port, viewer.cookie)
        _warm_up(client)
        before = [
            web.p50(web.milliseconds(lambda: _ok(client.get(CALENDAR)), REQUESTS))
            for _ in range(ROUNDS)
        ]
        bench.say(f"adding {HISTORY} bookings of history")
        data.add_history(HISTORY, bench.places(10)[0].service)
        _warm_up(client)
        after = [
            web.p50(web.milliseconds(lambda: _ok(client.get(CALENDAR)), REQUESTS))
            for _ in range(ROUNDS)
        ]
    was, is_ = statistics.median(before), statistics.median(after)
    return Measured(is_ / was, {"before_ms": was, "after_ms": is_})


def calendar_queries(bench: Bench) -> Measured:
    """The most statements of a page, warm or cold."""
    from django.test import Client

    viewer, places = bench.viewer(10), bench.places(10)
    client = Client()
    client.cookies["sessionid"] = viewer.cookie
    client.get(CALENDAR)
    counts = []
    for is_cold in (False, True):
        if is_cold:
            data.touch(places)
        with CaptureQueriesContext(connection) as captured:
            response = client.get(CALENDAR)
        assert response.status_code == 200
        counts.append(len(captured))
    return Measured(max(counts), {"warm": counts[0], "cold": counts[1]})


def _calendar_over_floor(
    bench: Bench, *, staff: int, is_cold: bool = False, is_unchanged: bool = False
) -> Measured:
    viewer, places = bench.viewer(staff), bench.places(staff)
    with web.server(workers=1) as server:
        client = web.Client(server.port, viewer.cookie)
        _warm_up(client)
        headers: dict[str, str] = {}

        def before() -> None:
            if is_cold:
                data.touch(places[:1])
            if is_unchanged:  # the version has the clock in it: ask anew each time
                headers["If-None-Match"] = client.get(CALENDAR).headers["ETag"]

        return _ratio(
            lambda: _ok(client.get(CALENDAR, headers), 304 if is_unchanged else 200),
            lambda: _ok(client.get(f"/floor/{places[0].department.pk}/")),
            before=before,
        )


def _warm_up(client: web.Client) -> None:
    for _ in range(10):
        _ok(client.get(CALENDAR))


def _ok(response: object, status: int = 200) -> None:
    assert getattr(response, "status", None) == status, getattr(response, "status", None)


def _ratio(
    ask: Callable[[], None],
    base: Callable[[], None],
    *,
    before: Callable[[], None] | None = None,
) -> Measured:
    """Medians of the two, asked in turn; ``before`` each is not timed."""
    found: list[tuple[float, float]] = []
    for _ in range(ROUNDS):
        ours: list[float] = []
        theirs: list[float] = []
        for _ in range(REQUESTS):
            if before:
                before()
            ours += web.milliseconds(ask, 1)
            theirs += web.milliseconds(base, 1)
        found.append((web.p50(sorted(ours)), web.p50(sorted(theirs))))
    ratio = statistics.median(ours / theirs for ours, theirs in found)
    return Measured(
        ratio,
        {
            "ms": statistics.median(ours for ours, _ in found),
            "base_ms": statistics.median(theirs for _, theirs in found),
        },
    )


# -- Seating ------------------------------------------------------------------------


def offer_saturated(bench: Bench) -> Measured:
    """A fortnight of 80 staff with nobody free, over one that is 60 % filled: both cold."""
    full, usual = bench.saturated_eighty, bench.sixty_percent_of_eighty
    people = [data.make_people(1, places)[0] for places in (full, usual)]

    def ask(places: Sequence[Place], person: Person) -> None:
        now = timezone.now()
        today = timezone.localdate(now)
        queries.offer(
            service=places[0].service,
            recipient=person.recipient,
            dates=[today + dt.timedelta(days=n) for n in range(data.DAYS)],
            now=now,
        )

    return _ratio(
        lambda: ask(full, people[0]),
        lambda: ask(usual, people[1]),
        before=lambda: data.touch([*full, *usual]),
    )


# -- Booking --------------------------------------------------------------------------


def booking_rate(bench: Bench) -> Measured:
    """Bookings a second through the page, over bare INSERTs under the same constraint."""
    people = data.make_people(CLIENTS, bench.places(50))
    with connection.cursor() as cursor:
        cursor.execute(floor.TABLE)
    booked, inserted = [], []
    with web.server(workers=2) as server:
        clients = [web.Client(server.port, person.cookie) for person in people]
        spread = [_bookings(person, number) for number, person in enumerate(people)]
        bare = [_inserts() for _ in people]
        for _ in range(ROUNDS):
            booked.append(_rate(clients, spread, "/book/", 302))
            inserted.append(_rate(clients, bare, "/floor/insert/", 201))
    return _rates(booked, inserted)


def booking_one_day(bench: Bench) -> Measured:
    """Everybody on one day of one department, over everybody spread."""
    crowd = data.make_people(CLIENTS, bench.one_day)
    others = data.make_people(CLIENTS, bench.places(50))
    crowded, scattered = [], []
    with web.server(workers=2) as server:
        clients = [web.Client(server.port, person.cookie) for person in crowd]
        other_clients = [web.Client(server.port, person.cookie) for person in others]
        one_day = [_bookings(person, n, days=1) for n, person in enumerate(crowd)]
        spread = [_bookings(person, n) for n, person in enumerate(others)]
        for _ in range(ROUNDS):
            crowded.append(_rate(clients, one_day, "/book/", 302))
            scattered.append(_rate(other_clients, spread, "/book/", 302))
    return _rates(crowded, scattered)


def _bookings(person: Person, number: int, days: int = 13) -> Iterator[Mapping[str, str]]:
    """One form after the other, never twice the same time for one person."""
    grant = person.recipient.grants.get()
    zone = timezone.get_default_timezone()
    today = timezone.localdate()
    for turn in itertools.count(number):
        day = today + dt.timedelta(days=1 + turn % days)
        opens = local_instant(day, data.OPENS, zone)
        slot = (turn // days if days > 1 else turn) % 32
        yield {
            "key": str(uuid.uuid4()),
            "recipient": str(person.recipient.pk),
            "service": str(grant.service_id),
            "starts_at": (opens + slot * dt.timedelta(minutes=data.SLOT)).isoformat(),
        }


def _inserts() -> Iterator[Mapping[str, str]]:
    shift = str(uuid.uuid4())
    opens = timezone.now()
    for turn in itertools.count():
        starts_at = opens + turn * dt.timedelta(minutes=data.SLOT)
        yield {
            "key": str(uuid.uuid4()),
            "shift": shift,
            "starts_at": starts_at.isoformat(),
            "until": (starts_at + dt.timedelta(minutes=data.SLOT)).isoformat(),
        }


def _rate(
    clients: Sequence[web.Client],
    forms: Sequence[Iterator[Mapping[str, str]]],
    path: str,
    status: int,
) -> float:
    """Requests a second, all clients at once; every one must be granted."""
    wrong: list[int] = []
    gate = threading.Barrier(len(clients) + 1)

    def work(client: web.Client, its_forms: Iterator[Mapping[str, str]]) -> None:
        chosen = list(itertools.islice(its_forms, BOOKINGS))
        gate.wait()
        for fields in chosen:
            response = client.post(path, fields)
            if response.status != status:
                wrong.append(response.status)
        gate.wait()

    threads = [
        threading.Thread(target=work, args=pair) for pair in zip(clients, forms, strict=True)
    ]
    for thread in threads:
        thread.start()
    gate.wait()
    began = time.perf_counter()
    gate.wait()
    taken = time.perf_counter() - began
    for thread in threads:
        thread.join()
    assert not wrong, wrong
    return len(clients) * BOOKINGS / taken


def _rates(ours: Sequence[float], base: Sequence[float]) -> Measured:
    ratio = statistics.median(one / other for one, other in zip(ours, base, strict=True))
    return Measured(
        ratio,
        {"per_second": statistics.median(ours), "base_per_second": statistics.median(base)},
    )


# -- Memory ---------------------------------------------------------------------------


def memory(bench: Bench) -> Measured:
    """A worker after 10,000 calendar pages over the same after 1,000."""
    viewer = bench.viewer(1)
    with web.server(workers=1) as server:
        client = web.Client(server.port, viewer.cookie)
        for _ in range(1000):
            _ok(client.get(CALENDAR))
        before = server.memory()
        for count in range(9000):
            if not count % 3000:
                bench.say(f"memory: {1000 + count} of 10000 pages")
            _ok(client.get(CALENDAR))
        after = server.memory()
    return Measured(after / before, {"before_mb": before // 2**20, "after_mb": after // 2**20})


@dataclass(frozen=True)
class Benchmark:
    measure: Callable[[Bench], Measured]
    goal: float
    is_at_least: bool = False

    def is_met(self, ratio: float) -> bool:
        return ratio >= self.goal if self.is_at_least else ratio <= self.goal


BENCHMARKS = {
    "calendar-warm": Benchmark(calendar_warm, 0.9),
    "calendar-unchanged": Benchmark(calendar_unchanged, 0.4),
    "calendar-tail": Benchmark(calendar_tail, 1.5),
    "calendar-queries": Benchmark(calendar_queries, 6),
    "calendar-staff": Benchmark(calendar_staff, 1.3),
    "calendar-cold": Benchmark(calendar_cold, 2.5),
    "offer-saturated": Benchmark(offer_saturated, 4),
    "booking-rate": Benchmark(booking_rate, 0.4, is_at_least=True),
    "booking-one-day": Benchmark(booking_one_day, 0.8, is_at_least=True),
    "memory": Benchmark(memory, 1.05),
    "calendar-history": Benchmark(calendar_history, 1.1),
}
