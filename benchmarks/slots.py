"""A fortnight's slots from the API ÷ the floor of a page."""

import datetime as dt
import io
import itertools
from collections.abc import Iterator

from django.core.management import call_command
from django.utils import timezone

from benchmarks.client import Program
from benchmarks.dataset import Site
from benchmarks.environment import Environment
from benchmarks.pages import VIEWERS, Fetch, compared, expect, floors, measure_in_turn
from benchmarks.results import Measured
from benchmarks.sizes import DAYS


def api(env: Environment) -> Measured:
    site = env.data.ordinary[0]
    rounds = measure_in_turn(
        env, slots=(env.port, fortnights(site)), floor=(env.port, floors(site))
    )
    return compared(rounds, "slots", "floor")


def fortnights(site: Site) -> Iterator[Fetch]:
    first = timezone.localdate()
    last = first + dt.timedelta(days=DAYS - 1)
    path = f"/api/v1/slots?service={site.service.pk}&from={first}&to={last}"

    def fetch_as(program: Program) -> Fetch:
        return lambda to: expect(200, to.fetch(program.get(path))).seconds

    return itertools.cycle(
        [
            fetch_as(Program(_token(viewer.user.email)))
            for viewer in site.viewers[:VIEWERS]
            if viewer.user
        ]
    )


def _token(email: str) -> str:
    output = io.StringIO()
    call_command("create_token", email, stdout=output, stderr=io.StringIO())
    return output.getvalue().splitlines()[-1]
