"""A recipient's calendar ÷ the floor: one client, one connection."""

import contextlib
import itertools
import statistics
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.conf import settings
from django.db import connection
from django.db.models import F
from django.test import Client
from django.test.utils import CaptureQueriesContext

from benchmarks.client import HOST, Connection, Reader, Response
from benchmarks.dataset import Site
from benchmarks.environment import Environment
from benchmarks.results import BrokenError, Measured, say
from departments.models import Day

CALENDAR = "/calendar/"
VIEWERS = 5  # recipients whose calendars are requested in turn
SLOW = 3  # slow pages are requested so many times less often

Fetch = Callable[[Connection], float]
Rounds = list[dict[str, list[float]]]


@dataclass(frozen=True)
class Viewer:
    reader: Reader
    site: Site

    def calendar(self, to: Connection) -> float:
        return expect(200, to.fetch(self.reader.get(CALENDAR))).seconds

    def floor(self, to: Connection) -> float:
        path = f"/floor/{self.site.department.pk}/"
        return expect(200, to.fetch(self.reader.get(path))).seconds


def warm(env: Environment) -> Measured:
    site = env.data.ordinary[0]
    rounds = measure_in_turn(
        env, calendar=(env.port, calendars(site)), floor=(env.port, floors(site))
    )
    return compared(rounds, "calendar", "floor")


def unchanged(env: Environment) -> Measured:
    """A conditional request of a browser that has the page."""
    site = env.data.ordinary[0]
    rounds = measure_in_turn(
        env,
        unchanged=(env.port, unchanged_calendars(site)),
        floor=(env.port, floors(site)),
    )
    return compared(rounds, "unchanged", "floor")


def even(env: Environment) -> Measured:
    rounds = measure_in_turn(env, calendar=(env.port, calendars(env.data.ordinary[0])))
    spreads = [
        statistics.quantiles(one["calendar"], n=20)[18] / statistics.median(one["calendar"])
        for one in rounds
    ]
    return Measured(
        statistics.median(spreads),
        {"rounds": _rounded(spreads), "calendar_ms": _milliseconds(rounds, "calendar")},
    )


def cold(env: Environment) -> Measured:
    """Every Day of a large department has changed since the last request."""
    site = env.data.largest
    rounds = measure_in_turn(
        env,
        pages=env.effort.pages // SLOW,
        cold=(env.port, calendars_after_changes(site)),
        floor=(env.port, floors(site)),
    )
    return compared(rounds, "cold", "floor")


def saturated(env: Environment) -> Measured:
    """All Days have changed, and no slot has a free seat, which takes a proof for each."""
    full, usual = env.data.saturated
    rounds = measure_in_turn(
        env,
        pages=env.effort.pages // SLOW,
        saturated=(env.port, calendars_after_changes(full)),
        usual=(env.port, calendars_after_changes(usual)),
    )
    return compared(rounds, "saturated", "usual")


def staff(env: Environment) -> Measured:
    """A department with many staff ÷ one with a single carer; nothing has changed."""
    rounds = measure_in_turn(
        env,
        largest=(env.port, calendars(env.data.largest)),
        smallest=(env.port, calendars(env.data.smallest)),
    )
    return compared(rounds, "largest", "smallest")


def statements(env: Environment) -> Measured:
    """The most SQL statements of a calendar, for several recipients, with changed and
    unchanged Days."""
    counts = {"warm": set[int](), "cold": set[int]()}
    for site in (env.data.ordinary[0], env.data.smallest, env.data.largest):
        for viewer in viewers(site):
            client = Client(headers={"host": HOST, "x-forwarded-proto": "https"})
            client.cookies[settings.SESSION_COOKIE_NAME] = viewer.reader.session
            client.get(CALENDAR)
            for name in ("warm", "cold"):
                if name == "cold":
                    change(site)
                with CaptureQueriesContext(connection) as captured:
                    client.get(CALENDAR)
                counts[name].add(len(captured))
    connection.close()
    return Measured(
        max(max(found) for found in counts.values()),
        {name: sorted(found) for name, found in counts.items()},
    )


def viewers(site: Site) -> list[Viewer]:
    """The first recipients of a site, logged in; always the same ones."""
    if site.department.pk not in _known:
        _known[site.department.pk] = [
            Viewer(Reader.of(recipient.user), site)
            for recipient in site.viewers[:VIEWERS]
            if recipient.user
        ]
    return _known[site.department.pk]


_known: dict[uuid.UUID, list[Viewer]] = {}


def calendars(site: Site) -> Iterator[Fetch]:
    return itertools.cycle([viewer.calendar for viewer in viewers(site)])


def unchanged_calendars(site: Site) -> Iterator[Fetch]:
    def again(viewer: Viewer) -> Fetch:
        known: str | None = None

        def fetch(to: Connection) -> float:
            nonlocal known
            response = to.fetch(viewer.reader.get(CALENDAR, etag=known))
            if response.status == 200:  # the first time, and every five minutes
                known = response.etag
                response = to.fetch(viewer.reader.get(CALENDAR, etag=known))
            return expect(304, response).seconds

        return fetch

    return itertools.cycle([again(viewer) for viewer in viewers(site)])


def floors(site: Site) -> Iterator[Fetch]:
    return itertools.cycle([viewer.floor for viewer in viewers(site)])


def calendars_after_changes(site: Site) -> Iterator[Fetch]:
    def after_changes(viewer: Viewer) -> Fetch:
        def fetch(to: Connection) -> float:
            change(site)
            return viewer.calendar(to)

        return fetch

    return itertools.cycle([after_changes(viewer) for viewer in viewers(site)])


def change(site: Site) -> None:
    Day.objects.filter(department=site.department).update(revision=F("revision") + 1)


def measure_in_turn(
    env: Environment, *, pages: int | None = None, **subjects: tuple[int, Iterator[Fetch]]
) -> Rounds:
    """Request the subjects alternately, so that a disturbance affects all of them alike. A
    subject is a port and what is requested there."""
    rounds: Rounds = []
    for number in range(1, env.effort.rounds + 1):
        say(f"  round {number} of {env.effort.rounds}")
        with contextlib.ExitStack() as open_now:
            to = {
                port: open_now.enter_context(Connection(port))
                for port in {port for port, _ in subjects.values()}
            }
            for _ in range(2 * VIEWERS):  # warm-up
                for port, fetches in subjects.values():
                    next(fetches)(to[port])
            took: dict[str, list[float]] = {name: [] for name in subjects}
            for _ in range(max(1, env.effort.pages if pages is None else pages)):
                for name, (port, fetches) in subjects.items():
                    took[name].append(next(fetches)(to[port]))
        rounds.append(took)
    return rounds


def compared(rounds: Rounds, subject: str, floor: str) -> Measured:
    ratios = [statistics.median(one[subject]) / statistics.median(one[floor]) for one in rounds]
    return Measured(
        statistics.median(ratios),
        {
            "rounds": _rounded(ratios),
            f"{subject}_ms": _milliseconds(rounds, subject),
            f"{floor}_ms": _milliseconds(rounds, floor),
        },
    )


def _milliseconds(rounds: Rounds, name: str) -> float:
    return round(1000 * statistics.median(statistics.median(one[name]) for one in rounds), 2)


def _rounded(ratios: list[float]) -> list[float]:
    return [round(ratio, 3) for ratio in ratios]


def expect(status: int, response: Response) -> Response:
    if response.status != status:
        raise BrokenError(f"A page returned {response.status} instead of {status}.")
    return response
