"""Every response matches the OpenAPI description, for described and for other requests, in each
role.

``API_EXAMPLES`` is the number of requests of each kind for each role.
"""

import datetime as dt
import os
import uuid
from functools import cache

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from serviceshop.wsgi import application
from tests import factories
from tests.api.conftest import LAST_DAY, TODAY, TOMORROW, Program, at
from workflow.actions import make_plan

pytestmark = pytest.mark.usefixtures("one_connection")

EXAMPLES = int(os.environ.get("API_EXAMPLES", "3"))
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
MAY_BOOK = ["recipient", "administrator", "helper"]
ROLES = [*MAY_BOOK, "care worker", "coordinator", "nobody"]


@pytest.fixture
def world(settings, service, recipient, stranger, administrator, care_worker, booked):
    """A user in each role, and the ids that requests may name."""
    settings.API_REQUESTS_PER_MINUTE = 10**6
    day = factories.DayFactory(department=service.department, date=TODAY)
    shift = factories.ShiftFactory(day=day, person=care_worker)
    factories.VisitFactory(day=day, shift=shift, booking__service=service)
    make_plan(day_id=day.pk)
    known = {
        "service": [service.pk, factories.ServiceFactory().pk],
        "recipient": [recipient.pk, stranger.pk],
        "booking": [booked(recipient, 9).pk, booked(stranger, 12).pk],
        "from": [TODAY, TOMORROW, LAST_DAY],
        "to": [TOMORROW, LAST_DAY, LAST_DAY + dt.timedelta(days=1)],
        "date": [TODAY, TOMORROW],
        "start": [at(9), at(10), at(12), at(14), at(10, date=LAST_DAY), at(3), at(10, 7)],
        "reason": ["Emil is ill", ""],
    }
    people = {
        "recipient": recipient.user,
        "administrator": administrator,
        "care worker": care_worker,
        "coordinator": factories.CoordinatorFactory().user,
        "helper": factories.MandateFactory(recipient=recipient).holder,
        "nobody": factories.UserFactory(),
    }
    return people, {name: list(map(str, values)) for name, values in known.items()}


@cache
def operations():
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", application)
    return [result.ok() for result in schema.get_all_operations()]


def asking(test):
    """Settings: the number of examples; the same examples each time here, random ones in CI."""
    return settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize="API_EXAMPLES" not in os.environ,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )(test)


@pytest.mark.parametrize("role", ROLES)
def test_responses_to_described_requests_are_described(role, world):
    people, known = world
    program = Program(people[role])
    statuses = set()
    for operation in operations():
        if operation.label == "POST /api/v1/bookings":
            statuses.update(send(case, program).status_code for case in chosen(operation, known))
        strategy = operation.as_strategy(generation_mode=GenerationMode.POSITIVE)

        @asking
        @given(case=strategy, data=st.data())
        def ask(case, data):
            name_known_things(case, data, known)
            statuses.add(send(case, program).status_code)

        ask()
    if role in MAY_BOOK:
        assert {200, 201, 404, 409, 422} <= statuses
    else:
        assert statuses <= {200, 404}  # nothing is booked


@pytest.mark.parametrize("role", ROLES)
def test_responses_to_other_requests_are_described(role, world):
    people, _known = world
    program = Program(people[role])
    for operation in operations():
        strategy = operation.as_strategy(generation_mode=GenerationMode.NEGATIVE)

        @asking
        @given(case=strategy)
        def ask(case):
            send(case, program)

        ask()


def chosen(operation, known):
    """Requests that are always made: a free time, the same again, and a taken time."""
    free, taken = at(14), at(12)
    for start, key in ((free, 1), (free, 1), (taken, 2)):
        yield operation.Case(
            headers={"Idempotency-Key": str(uuid.UUID(int=key))},
            body={
                "service": known["service"][0],
                "recipient": known["recipient"][0],
                "start": start,
            },
            media_type="application/json",
        )


def name_known_things(case, data, known):
    """Most requests name existing objects, because made-up ids are not found."""
    places = [case.query, case.path_parameters]
    if isinstance(case.body, dict):
        places.append(case.body)
    for place in places:
        for name in sorted(set(place or ()) & known.keys()):
            place[name] = data.draw(st.sampled_from(known[name]))
    if case.headers and "Idempotency-Key" in case.headers and data.draw(st.booleans()):
        case.headers["Idempotency-Key"] = str(uuid.UUID(int=1))


def send(case, program):
    response = case.call(
        headers={"Authorization": f"Bearer {program.secret}", "Accept-Encoding": "identity"}
    )
    case.validate_response(response, checks=CHECKS)
    return response
