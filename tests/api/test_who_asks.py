"""The API accepts a valid token with the right scope, and nothing else."""

import gzip
import json
import logging
import uuid

import pytest
from django.core.cache import cache
from django.db import InterfaceError, OperationalError
from django.utils import timezone, translation
from django.utils.translation import gettext
from redis.exceptions import ConnectionError as RedisIsAway

from accounts import actions
from accounts.models import ApiToken
from accounts.rate import Rate
from departments.models import Employee
from serviceshop.redis.breaker import redis_breaker
from tests import factories
from tests.api.conftest import TODAY, Program, at

Scope = ApiToken.Scope


def is_unauthorized(answer):
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer ")
    assert answer.json().keys() == {"code", "message"}
    return answer.json()["code"] == "unauthorized"


def test_a_valid_token_is_accepted_and_its_use_saved(program):
    assert program.get("services").status_code == 200
    program.token.refresh_from_db()
    assert program.token.last_used_at == timezone.now()


def test_its_use_is_saved_every_few_minutes_only(program, clock, django_assert_num_queries):
    program.get("bookings")
    first = timezone.now()
    clock.shift(240)
    program.get("bookings")
    program.token.refresh_from_db()
    assert program.token.last_used_at == first
    clock.shift(120)
    program.get("bookings")
    program.token.refresh_from_db()
    assert program.token.last_used_at == timezone.now()


@pytest.mark.parametrize(
    "header",
    ["", "Bearer", "Bearer ", "Bearer wrong", "Basic a2FyaTprYXJp", "Bearer " + "x" * 10_000,
     "Bearer tjenesteshop_ÆØÅ", "Token {secret}", "Bearer {secret}x", "Bearer {digest}"],
)  # fmt: skip
def test_without_a_valid_token_access_is_refused(program, client, header):
    header = header.format(secret=program.secret, digest=program.token.digest)
    answer = client.get("/api/v1/services", headers={"Authorization": header} if header else {})
    assert is_unauthorized(answer)


def test_a_session_gives_no_access(client, recipient):
    client.force_login(recipient.user)
    assert is_unauthorized(client.get("/api/v1/services"))


def test_a_revoked_token_is_refused_at_once(program):
    assert program.get("services").status_code == 200
    actions.revoke_token(token=program.token, by=program.user)
    assert is_unauthorized(program.get("services"))


def test_an_expired_token_is_refused(program, clock):
    clock.shift(30 * 24 * 3600 - 1)
    assert program.get("services").status_code == 200
    clock.shift(1)
    assert is_unauthorized(program.get("services"))


def test_the_token_of_an_inactive_user_is_refused(program):
    program.user.is_active = False
    program.user.save()
    assert is_unauthorized(program.get("services"))


def test_a_token_ends_with_the_role_of_its_user(program, recipient, care_worker):
    recipient.user = None
    recipient.save()
    assert program.get("services").status_code == 404
    worker = Program(care_worker)
    assert worker.get("work-lists").status_code == 200
    Employee.objects.filter(person=care_worker).update(valid_until="2026-11-23")
    assert worker.get("work-lists").status_code == 404


@pytest.mark.parametrize(
    ("scope", "method", "path"),
    [
        (Scope.READ_BOOKINGS, "get", "services"),
        (Scope.READ_BOOKINGS, "get", "slots"),
        (Scope.READ_BOOKINGS, "get", "bookings"),
        (Scope.WRITE_BOOKINGS, "post", "bookings"),
        (Scope.WRITE_BOOKINGS, "post", "bookings/{booking}/move"),
        (Scope.WRITE_BOOKINGS, "delete", "bookings/{booking}"),
        (Scope.READ_WORK_LISTS, "get", "work-lists"),
    ],
)
def test_each_url_requires_its_scope(recipient, booked, scope, method, path):
    path = path.format(booking=booked(recipient, 10).pk)
    others = Program(recipient.user, scopes=set(Scope) - {scope})
    answer = getattr(others, method)(path, *([{}] if method == "post" else []))
    assert answer.status_code == 403
    assert answer.json()["code"] == "insufficient_scope"
    assert f'scope="{scope}"' in answer.headers["WWW-Authenticate"]
    its_own = Program(recipient.user, scopes=[scope])
    answer = getattr(its_own, method)(path, *([{}] if method == "post" else []))
    assert answer.status_code in (200, 404, 422)


def test_a_token_has_a_rate_limit(program, recipient, settings, clock):
    settings.API_REQUESTS_PER_MINUTE = 3
    other = Program(recipient.user)
    clock.shift(20)
    assert [program.get("bookings").status_code for _ in range(4)] == [200, 200, 200, 429]
    refused = program.get("bookings")
    assert refused.json()["code"] == "too_many_requests"
    assert refused.headers["Retry-After"] == "40"
    assert other.get("bookings").status_code == 200
    clock.shift(40)
    assert program.get("bookings").status_code == 200


def wrong(client, address="10.0.0.1", key="wrong"):
    return client.get(
        "/api/v1/services", headers={"Authorization": f"Bearer {key}"}, REMOTE_ADDR=address
    )


@pytest.fixture
def direct(settings):
    """No proxy in front: the address is the connection's."""
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 0


@pytest.mark.usefixtures("direct")
def test_wrong_keys_from_one_address_are_limited_before_the_database_is_asked(
    client, program, clock, django_assert_num_queries
):
    clock.shift(20)
    answers = [wrong(client, key=f"wrong{number}").status_code for number in range(60)]
    assert answers == [401] * 60
    with django_assert_num_queries(0):
        refused = wrong(client)
    assert refused.status_code == 429
    assert refused.json()["code"] == "too_many_requests"
    assert refused.headers["Retry-After"] == "40"
    assert wrong(client, "10.0.0.2").status_code == 401
    clock.shift(40)
    assert wrong(client).status_code == 401


@pytest.mark.usefixtures("direct")
def test_wrong_keys_do_not_block_a_program_behind_the_same_address(client, program):
    assert program.get("services").status_code == 200
    for _ in range(70):
        wrong(client, "127.0.0.1")
    assert program.get("services").status_code == 200
    actions.revoke_token(token=program.token, by=program.user)
    assert is_unauthorized(program.get("services"))
    assert program.get("services").status_code == 429


def test_no_cookie_is_set_or_read(client, program, recipient):
    client.force_login(recipient.user)
    client.cookies["writer"] = "anything"
    answer = client.get("/api/v1/services", headers={"Authorization": f"Bearer {program.secret}"})
    assert answer.status_code == 200
    assert not answer.cookies
    assert not wrong(client).cookies


@pytest.mark.parametrize("error", [OperationalError, InterfaceError])
@pytest.mark.parametrize(
    "place", ["accounts.queries.valid_token", "booking.api.routes.queries.coming"]
)
def test_a_database_that_is_cut_is_unavailable(program, client, monkeypatch, error, place):
    def cut(*args, **kwargs):
        raise error("the connection is lost: secret")

    monkeypatch.setattr(place, cut)
    for answer in (
        program.get("bookings"),
        program.post("bookings", {}) if place.startswith("accounts") else program.get("bookings"),
    ):
        assert answer.status_code == 503
        assert answer.json().keys() == {"code", "message"}
        assert answer.json()["code"] == "unavailable"
        assert answer.headers["Retry-After"] == "5"
        assert "secret" not in answer.text


def test_processes_count_together():
    one, other = Rate("test"), Rate("test")
    assert [one.wait("x", 40) for _ in range(30)] == [0] * 30
    answers = [other.wait("x", 40) > 0 for _ in range(12)]
    assert answers == [False] * 10 + [True] * 2
    assert one.wait("y", 40) == 0


def test_the_count_is_sent_in_steps(monkeypatch):
    told = []
    monkeypatch.setattr(Rate, "_report", staticmethod(lambda key, more: told.append(more) or 0))
    rate = Rate("test")
    for _ in range(60):
        rate.wait("x", 300)
    assert told == [15] * 4


def test_without_the_cache_there_is_no_limit(program, settings, monkeypatch):
    settings.API_REQUESTS_PER_MINUTE = 1

    def away(*args, **kwargs):
        raise RedisIsAway

    monkeypatch.setattr(type(cache._cache), "incr", away)
    try:
        assert [program.get("bookings").status_code for _ in range(3)] == [200] * 3
    finally:
        redis_breaker.close()


@pytest.mark.parametrize(
    ("asked", "given"),
    [
        ("", "nn"),
        ("en", "en"),
        ("nb-NO", "nb"),
        ("no", "nb"),
        ("NN", "nn"),
        ("de, en;q=0.5", "en"),
        ("en;q=0.2, nb;q=0.8", "nb"),
        ("de", "nn"),
        ("*", "nn"),
        ("nb;q=0, en", "en"),
        ("x" * 5000, "nn"),
        (";;,q=", "nn"),
    ],
)
def test_messages_are_in_the_callers_language_else_the_owners(
    program, service, translated, asked, given
):
    program.user.language = "nn"
    program.user.save()
    key = str(uuid.uuid4())
    headers = {"Idempotency-Key": key, **({"Accept-Language": asked} if asked else {})}
    body = {"service": str(service.pk), "start": at(10, date=TODAY)}
    answer = program.post("bookings", body, **headers)
    with translation.override(given):
        assert answer.json()["message"] == gettext("It is too late for that.")
    assert answer.headers["Content-Language"] == given
    assert "Accept-Language" in answer.headers["Vary"]


def test_a_refused_key_is_answered_in_the_callers_language(program, translated):
    program.secret = "wrong"
    messages = {
        program.get("services", **{"Accept-Language": language}).json()["message"]
        for language in ("nb", "nn", "en")
    }
    assert len(messages) == 3


@pytest.mark.parametrize(
    ("path", "status"),
    [("services", 200), ("bookings", 200), ("work-lists", 404), ("slots", 422), ("nowhere", 404)],
)
def test_head_is_answered_where_get_is(program, path, status):
    get, head = program.get(path), program.head(path)
    assert (head.status_code, head.content) == (get.status_code, b"") == (status, b"")
    for name in ("Content-Type", "Content-Length", "ETag", "Cache-Control"):
        assert head.headers.get(name) == get.headers.get(name), name
    assert int(head.headers["Content-Length"]) == len(get.content)


def test_head_of_an_unchanged_answer_is_304(program):
    tag = program.head("services").headers["ETag"]
    assert program.head("services", **{"If-None-Match": tag}).status_code == 304


def test_head_is_not_allowed_where_only_post_is(program, booked, recipient):
    path = f"bookings/{booked(recipient, 10).pk}/cancel"
    answer = program.head(path)
    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")
    refused = program.client.put("/api/v1/bookings")
    assert sorted(refused.headers["Allow"].split(", ")) == ["GET", "HEAD", "POST"]


def test_refusals_are_in_the_owners_language_and_pages_are_not(program, client, translated):
    program.user.language = "nb"
    program.user.save()
    answer = program.get("slots")
    assert answer.status_code == 422
    assert client.get("/accounts/login/").headers["Content-Language"] == "nb"


def test_no_log_contains_a_token(program, caplog, settings):
    settings.DEBUG = True
    caplog.set_level(logging.DEBUG)
    program.get("services")
    program.get("nowhere")
    program.client.get("/api/v1/services", headers={"Authorization": f"Odd {program.secret}"})
    assert program.secret not in caplog.text


def test_responses_are_not_cached(program):
    assert program.get("services").headers["Cache-Control"] == "private, no-store"
    answer = program.get("work-lists")
    assert answer.headers["Cache-Control"] == "private, no-store"


# -- Whatever goes wrong is JSON ------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("get", "", 404, "not_found"),
        ("get", "nowhere", 404, "not_found"),
        ("get", "bookings/not-a-uuid", 404, "not_found"),
        ("put", "bookings", 405, "method_not_allowed"),
        ("get", "bookings/0b9a5c1e-8f0c-4b52-9d4e-111111111111", 405, "method_not_allowed"),
    ],
)
def test_a_404_is_json(client, db, method, path, status, code):
    answer = getattr(client, method)(f"/api/v1/{path}")
    assert answer.status_code == status
    assert answer.json()["code"] == code
    assert (status == 405) == ("Allow" in answer.headers)
    assert int(answer.headers["Content-Length"]) == len(answer.content)


def test_a_500_is_json(program, monkeypatch):
    def broken(*args, **kwargs):
        raise RuntimeError("secret inside")

    monkeypatch.setattr("booking.api.routes.queries.coming", broken)
    answer = program.get("bookings")
    assert answer.status_code == 500
    assert answer.json() == {"code": "server_error", "message": "Internal Server Error"}


def test_a_body_that_is_too_large_is_refused(program, service, settings):
    program.user.language = "en"
    program.user.save()
    reason = "x" * settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    for send, path in (
        (program.post, "bookings"),
        (program.post, f"bookings/{uuid.uuid4()}/move"),
        (program.delete, f"bookings/{uuid.uuid4()}"),
    ):
        answer = send(path, {"reason": reason})
        assert answer.status_code == 413
        assert answer.json() == {
            "code": "too_large",
            "message": "This is more than anybody needs to send here.",
        }
    assert program.post("nope", {"reason": reason}).status_code == 404


def test_a_404_outside_the_api_is_a_page(client, db):
    assert "<h1" in client.get("/nowhere/").text


def test_the_description_is_public(client, db):
    answer = client.get("/api/v1/openapi.json")
    assert answer.status_code == 200
    assert answer.json()["openapi"].startswith("3.1")


def test_every_operation_documents_its_scope_and_errors(client, db):
    paths = client.get("/api/v1/openapi.json").json()["paths"]
    operations = [operation for methods in paths.values() for operation in methods.values()]
    assert len(operations) == 8
    for operation in operations:
        assert operation["security"] == [{"Bearer": []}]
        assert any(f"`{scope}`" in operation["description"].replace("\n", " ") for scope in Scope)
        assert {"401", "403", "404", "422", "429"} <= operation["responses"].keys()
        assert ("requestBody" in operation) == ("413" in operation["responses"])


def test_a_user_without_a_role_gets_404(service):
    nobody = Program(factories.UserFactory())
    for path in ("services", "bookings", "work-lists", f"slots?service={service.pk}"
                 "&from=2026-11-25&to=2026-11-25"):  # fmt: skip
        assert nobody.get(path).status_code == 404
    assert nobody.book(service, "2026-11-25T10:00:00+01:00").status_code == 404


@pytest.mark.parametrize(("path", "status"), [("nope", 404), ("bookings", 500)])
def test_what_goes_wrong_can_be_read_by_a_program_that_takes_it_compressed(
    program, monkeypatch, path, status
):
    if status == 500:
        monkeypatch.setattr("booking.api.routes.queries.coming", None)
    answer = program.get(path, **{"accept-encoding": "gzip"})
    assert answer.status_code == status
    body = answer.content
    if answer.headers.get("Content-Encoding") == "gzip":
        body = gzip.decompress(body)
    assert json.loads(body).keys() == {"code", "message"}
