"""A recipient's calendar against the floor: one client, one connection."""

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

from benchmarks.client import HOST, Answer, Connection, Reader
from benchmarks.stage import Stage
from benchmarks.town import Quarter
from benchmarks.words import BrokenError, Measured, say
from departments.models import Day

CALENDAR = "/calendar/"
VIEWERS = 5  # people whose calendars are looked at in turn
SLOW = 3  # what takes long is looked at so many times less often

Ask = Callable[[Connection], float]
Rounds = list[dict[str, list[float]]]


@dataclass(frozen=True)
class Viewer:
    reader: Reader
    quarter: Quarter

    def calendar(self, to: Connection) -> float:
        return expect(200, to.ask(self.reader.get(CALENDAR))).seconds

    def floor(self, to: Connection) -> float:
        path = f"/floor/{self.quarter.department.pk}/"
        return expect(200, to.ask(self.reader.get(path))).seconds


def warm(stage: Stage) -> Measured:
    quarter = stage.town.ordinary[0]
    rounds = look_in_turn(
        stage, calendar=(stage.port, calendars(quarter)), floor=(stage.port, floors(quarter))
    )
    return compared(rounds, "calendar", "floor")


def unchanged(stage: Stage) -> Measured:
    """A conditional request of a browser that has the page."""
    quarter = stage.town.ordinary[0]
    rounds = look_in_turn(
        stage,
        unchanged=(stage.port, unchanged_calendars(quarter)),
        floor=(stage.port, floors(quarter)),
    )
    return compared(rounds, "unchanged", "floor")


def even(stage: Stage) -> Measured:
    rounds = look_in_turn(stage, calendar=(stage.port, calendars(stage.town.ordinary[0])))
    spreads = [
        statistics.quantiles(one["calendar"], n=20)[18] / statistics.median(one["calendar"])
        for one in rounds
    ]
    return Measured(
        statistics.median(spreads),
        {"rounds": _rounded(spreads), "calendar_ms": _milliseconds(rounds, "calendar")},
    )


def cold(stage: Stage) -> Measured:
    """Every day of a large department has changed since somebody last looked."""
    quarter = stage.town.largest
    rounds = look_in_turn(
        stage,
        pages=stage.effort.pages // SLOW,
        cold=(stage.port, calendars_after_changes(quarter)),
        floor=(stage.port, floors(quarter)),
    )
    return compared(rounds, "cold", "floor")


def saturated(stage: Stage) -> Measured:
    """When all days have changed and nobody is left for any slot, that must be proven."""
    full, usual = stage.town.saturated
    rounds = look_in_turn(
        stage,
        pages=stage.effort.pages // SLOW,
        saturated=(stage.port, calendars_after_changes(full)),
        usual=(stage.port, calendars_after_changes(usual)),
    )
    return compared(rounds, "saturated", "usual")


def staff(stage: Stage) -> Measured:
    """What many staff cost when nothing has changed."""
    rounds = look_in_turn(
        stage,
        largest=(stage.port, calendars(stage.town.largest)),
        smallest=(stage.port, calendars(stage.town.smallest)),
    )
    return compared(rounds, "largest", "smallest")


def statements(stage: Stage) -> Measured:
    """The most statements that a page needs, whoever looks and whether the days have
    changed or not."""
    counts = {"warm": set[int](), "cold": set[int]()}
    for quarter in (stage.town.ordinary[0], stage.town.smallest, stage.town.largest):
        for viewer in viewers(quarter):
            client = Client(headers={"host": HOST, "x-forwarded-proto": "https"})
            client.cookies[settings.SESSION_COOKIE_NAME] = viewer.reader.session
            client.get(CALENDAR)
            for name in ("warm", "cold"):
                if name == "cold":
                    change(quarter)
                with CaptureQueriesContext(connection) as captured:
                    client.get(CALENDAR)
                counts[name].add(len(captured))
    connection.close()
    return Measured(
        max(max(found) for found in counts.values()),
        {name: sorted(found) for name, found in counts.items()},
    )


def viewers(quarter: Quarter) -> list[Viewer]:
    """The same few people of a quarter, logged in."""
    if quarter.department.pk not in _known:
        _known[quarter.department.pk] = [
            Viewer(Reader.of(recipient.user), quarter)
            for recipient in quarter.viewers[:VIEWERS]
            if recipient.user
        ]
    return _known[quarter.department.pk]


_known: dict[uuid.UUID, list[Viewer]] = {}


def calendars(quarter: Quarter) -> Iterator[Ask]:
    return itertools.cycle([viewer.calendar for viewer in viewers(quarter)])


def unchanged_calendars(quarter: Quarter) -> Iterator[Ask]:
    def again(viewer: Viewer) -> Ask:
        known: str | None = None

        def ask(to: Connection) -> float:
            nonlocal known
            answer = to.ask(viewer.reader.get(CALENDAR, etag=known))
            if answer.status == 200:  # the first time, and every five minutes
                known = answer.etag
                answer = to.ask(viewer.reader.get(CALENDAR, etag=known))
            return expect(304, answer).seconds

        return ask

    return itertools.cycle([again(viewer) for viewer in viewers(quarter)])


def floors(quarter: Quarter) -> Iterator[Ask]:
    return itertools.cycle([viewer.floor for viewer in viewers(quarter)])


def calendars_after_changes(quarter: Quarter) -> Iterator[Ask]:
    def after_changes(viewer: Viewer) -> Ask:
        def ask(to: Connection) -> float:
            change(quarter)
            return viewer.calendar(to)

        return ask

    return itertools.cycle([after_changes(viewer) for viewer in viewers(quarter)])


def change(quarter: Quarter) -> None:
    Day.objects.filter(department=quarter.department).update(revision=F("revision") + 1)


def look_in_turn(
    stage: Stage, *, pages: int | None = None, **subjects: tuple[int, Iterator[Ask]]
) -> Rounds:
    """Each subject (a port, and how it is asked for there) once, then each once more, and
    so on: what disturbs one disturbs all."""
    rounds: Rounds = []
    for number in range(1, stage.effort.rounds + 1):
        say(f"  round {number} of {stage.effort.rounds}")
        with contextlib.ExitStack() as open_now:
            to = {
                port: open_now.enter_context(Connection(port))
                for port in {port for port, _ in subjects.values()}
            }
            for _ in range(2 * VIEWERS):  # nothing is counted yet
                for port, asks in subjects.values():
                    next(asks)(to[port])
            took: dict[str, list[float]] = {name: [] for name in subjects}
            for _ in range(max(1, stage.effort.pages if pages is None else pages)):
                for name, (port, asks) in subjects.items():
                    took[name].append(next(asks)(to[port]))
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


def expect(status: int, answer: Answer) -> Answer:
    if answer.status != status:
        raise BrokenError(f"A page answered {answer.status} instead of {status}.")
    return answer
