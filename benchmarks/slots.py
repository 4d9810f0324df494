"""A fortnight's slots as the API gives them, against the floor of a page."""

import datetime as dt
import io
import itertools
from collections.abc import Iterator

from django.core.management import call_command, get_commands
from django.utils import timezone

from benchmarks.client import Program
from benchmarks.pages import VIEWERS, Ask, compared, expect, floors, look_in_turn
from benchmarks.sizes import DAYS
from benchmarks.stage import Stage
from benchmarks.town import Quarter
from benchmarks.words import Measured


def api(stage: Stage) -> Measured:
    if "create_token" not in get_commands():
        return Measured(None, {"note": "there is no API yet"})
    quarter = stage.town.ordinary[0]
    rounds = look_in_turn(
        stage, slots=(stage.port, _slots(quarter)), floor=(stage.port, floors(quarter))
    )
    return compared(rounds, "slots", "floor")


def _slots(quarter: Quarter) -> Iterator[Ask]:
    first = timezone.localdate()
    last = first + dt.timedelta(days=DAYS - 1)
    path = f"/api/v1/slots?service={quarter.service.pk}&from={first}&to={last}"

    def ask_as(program: Program) -> Ask:
        return lambda to: expect(200, to.ask(program.get(path))).seconds

    return itertools.cycle(
        [
            ask_as(Program(_token(viewer.user.email)))
            for viewer in quarter.viewers[:VIEWERS]
            if viewer.user and viewer.user.email
        ]
    )


def _token(email: str) -> str:
    said = io.StringIO()
    call_command("create_token", email, stdout=said, stderr=io.StringIO())
    return said.getvalue().splitlines()[-1]
