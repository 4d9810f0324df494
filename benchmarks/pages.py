"""A recipient's calendar against the floor: one client, one connection."""

import itertools
import statistics
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

Ask = Callable[[Connection], float]
Rounds = list[dict[str, list[float]]]


@dataclass(frozen=True)
class _Viewer:
    reader: Reader
    quarter: Quarter

    def calendar(self, to: Connection) -> float:
        return _expect(200, to.ask(self.reader.get(CALENDAR))).seconds

    def floor(self, to: Connection) -> float:
        path = f"/floor/{self.quarter.department.pk}/"
        return _expect(200, to.ask(self.reader.get(path))).seconds


def warm(stage: Stage) -> Measured:
    viewers = _viewers(stage.town.ordinary[0])
    rounds = _rounds(
        stage,
        calendar=_in_turn([viewer.calendar for viewer in viewers]),
        floor=_in_turn([viewer.floor for viewer in viewers]),
    )
    return _compared(rounds, "calendar", "floor")


def unchanged(stage: Stage) -> Measured:
    """As a browser asks that has the page already."""
    viewers = _viewers(stage.town.ordinary[0])
    with Connection(stage.port) as to:
        first = to.ask(viewers[0].reader.get(CALENDAR))
    if first.etag is None:
        return Measured(None, {"note": "the page has no ETag"})

    def again(viewer: _Viewer) -> Ask:
        known: str | None = None

        def ask(to: Connection) -> float:
            nonlocal known
            answer = to.ask(viewer.reader.get(CALENDAR, etag=known))
            if answer.status == 200:  # the first look, or a new five minutes on the clock
                known = answer.etag
                answer = to.ask(viewer.reader.get(CALENDAR, etag=known))
            return _expect(304, answer).seconds

        return ask

    rounds = _rounds(
        stage,
        unchanged=_in_turn([again(viewer) for viewer in viewers]),
        floor=_in_turn([viewer.floor for viewer in viewers]),
    )
    return _compared(rounds, "unchanged", "floor")


def even(stage: Stage) -> Measured:
    viewers = _viewers(stage.town.ordinary[0])
    rounds = _rounds(stage, calendar=_in_turn([viewer.calendar for viewer in viewers]))
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
    viewers = _viewers(quarter)

    def after_changes(viewer: _Viewer) -> Ask:
        def ask(to: Connection) -> float:
            Day.objects.filter(department=quarter.department).update(revision=F("revision") + 1)
            return viewer.calendar(to)

        return ask

    rounds = _rounds(
        stage,
        cold=_in_turn([after_changes(viewer) for viewer in viewers]),
        floor=_in_turn([viewer.floor for viewer in viewers]),
    )
    return _compared(rounds, "cold", "floor")


def staff(stage: Stage) -> Measured:
    """What many staff cost when nothing has changed."""
    rounds = _rounds(
        stage,
        largest=_in_turn([viewer.calendar for viewer in _viewers(stage.town.largest)]),
        smallest=_in_turn([viewer.calendar for viewer in _viewers(stage.town.smallest)]),
    )
    return _compared(rounds, "largest", "smallest")


def statements(stage: Stage) -> Measured:
    """How many statements a warm page needs, whoever looks."""
    counts = set()
    for viewer in _viewers(stage.town.ordinary[0]):
        client = Client(headers={"host": HOST, "x-forwarded-proto": "https"})
        client.cookies[settings.SESSION_COOKIE_NAME] = viewer.reader.session
        client.get(CALENDAR)
        with CaptureQueriesContext(connection) as captured:
            client.get(CALENDAR)
        counts.add(len(captured))
    connection.close()
    return Measured(max(counts), {"counts": sorted(counts)})


def _viewers(quarter: Quarter) -> list[_Viewer]:
    viewers = []
    for recipient in quarter.viewers[:VIEWERS]:
        assert recipient.user
        viewers.append(_Viewer(Reader.of(recipient.user), quarter))
    return viewers


def _in_turn(asks: list[Ask]) -> Iterator[Ask]:
    return itertools.cycle(asks)


def _rounds(stage: Stage, **subjects: Iterator[Ask]) -> Rounds:
    """Each subject once, then each once more, and so on: what disturbs one disturbs all."""
    rounds: Rounds = []
    for number in range(1, stage.effort.rounds + 1):
        say(f"  round {number} of {stage.effort.rounds}")
        with Connection(stage.port) as to:
            for _ in range(VIEWERS):  # nothing is counted yet
                for asks in subjects.values():
                    next(asks)(to)
            took: dict[str, list[float]] = {name: [] for name in subjects}
            for _ in range(stage.effort.pages):
                for name, asks in subjects.items():
                    took[name].append(next(asks)(to))
        rounds.append(took)
    return rounds


def _compared(rounds: Rounds, subject: str, floor: str) -> Measured:
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


def _expect(status: int, answer: Answer) -> Answer:
    if answer.status != status:
        raise BrokenError(f"A page answered {answer.status} instead of {status}.")
    return answer
