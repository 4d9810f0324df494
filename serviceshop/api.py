"""The API, assembled from the routers of the apps, and its error responses.

Every response below ``/api/`` is JSON. The exception handlers answer what ninja refuses; the
middleware answers what never reaches ninja (404, 405, 500).
"""

from collections.abc import Callable
from functools import cached_property
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.openapi.schema import OpenAPISchema
from ninja.operation import Operation

import booking.api
import workflow.api
from accounts.api import Refusal, invalid, not_found, too_large, unauthorized, unavailable
from booking.errors import BookingError
from database.transactions import Busy, is_lock_timeout

PATH = "/api/"

DESCRIPTION = """\
Book visits, see free times and one's work list: what the pages do, for programs.
Instants are ISO 8601 with an offset. Send `Authorization: Bearer …` with every request.
Every refusal is `{"code", "message"}`, some with more; `code` is what to act on, and `message`
is in the language of `Accept-Language` (`nb`, `nn`, `en`), else of the token's owner.
HEAD is answered where GET is.
"""


class Api(NinjaAPI):
    @cached_property
    def whole_schema(self) -> OpenAPISchema:
        schema = super().get_openapi_schema()
        for methods in schema["paths"].values():
            for operation in methods.values():
                for parameter in operation["parameters"]:
                    parameter["schema"] = _without_null(parameter["schema"])
        return schema

    def get_openapi_schema(
        self, *, path_prefix: str | None = None, path_params: dict[str, Any] | None = None
    ) -> OpenAPISchema:
        """Built once: anybody may request it at any rate."""
        return self.whole_schema

    def get_openapi_operation_id(self, operation: Operation) -> str:
        return operation.view_func.__name__


def _without_null(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema of an optional query parameter without "or null": URLs can't contain null."""
    match schema:
        case {"anyOf": [one, {"type": "null"}]}:
            return {**one, "title": schema["title"]}
    return schema


# No documentation page: it needs scripts that our CSP forbids.
api = Api(
    title="Tjenesteshop",
    version="1",
    description=DESCRIPTION,
    docs_url=None,
    urls_namespace="api",
)
api.add_router("", booking.api.router)
api.add_router("", workflow.api.router)


@api.exception_handler(Refusal)
def refuse(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    return refusal.response()


@api.exception_handler(BookingError)
@api.exception_handler(Busy)
def refuse_booking(request: HttpRequest, error: BookingError | Busy) -> HttpResponse:
    return booking.api.refusal_of(error).response()


@api.exception_handler(OperationalError)
@api.exception_handler(InterfaceError)
def refuse_without_database(
    request: HttpRequest, error: OperationalError | InterfaceError
) -> HttpResponse:
    if is_lock_timeout(error):
        return refuse_booking(request, Busy())
    return unavailable().response()


@api.exception_handler(Http404)
def refuse_unknown(request: HttpRequest, error: Http404) -> HttpResponse:
    return not_found().response()


@api.exception_handler(AuthenticationError)
def refuse_unauthenticated(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    return unauthorized().response()


@api.exception_handler(ValidationError)
def refuse_invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    return invalid(
        [{"where": ".".join(map(str, one["loc"])), "message": one["msg"]} for one in error.errors]
    ).response()


@api.exception_handler(HttpError)
def refuse_malformed(request: HttpRequest, error: HttpError) -> HttpResponse:
    return invalid([{"where": "body", "message": str(error)}]).response()


@api.exception_handler(RequestDataTooBig)
def refuse_too_large(request: HttpRequest, error: RequestDataTooBig) -> HttpResponse:
    return too_large().response()


class ProblemsMiddleware:
    """Replace HTML error pages below ``/api/`` by JSON, and answer HEAD like GET without the
    content: ninja knows only the methods of its operations.

    Only compression is outside of it, so that it sees every response uncompressed.
    """

    CODES = {
        400: "bad_request",
        404: "not_found",
        405: "method_not_allowed",
        413: "too_large",
        500: "server_error",
        503: "unavailable",
    }

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path.startswith(PATH):
            return self.get_response(request)
        request.COOKIES = {}  # a key is all that counts here; no session is read or made
        is_head = request.method == "HEAD"
        if is_head:
            request.method = "GET"
        response = self._as_json(self.get_response(request))
        if "GET" in response.get("Allow", "").split(", "):
            response.headers["Allow"] += ", HEAD"
        if is_head:
            response.headers.setdefault("Content-Length", str(len(response.content)))
            response.content = b""
        return response

    def _as_json(self, response: HttpResponse) -> HttpResponse:
        is_page = not response.get("Content-Type", "").startswith("application/json")
        if response.status_code >= 400 and is_page:
            code = self.CODES.get(response.status_code, "error")
            problem = JsonResponse({"code": code, "message": response.reason_phrase})
            response.content = problem.content
            response.headers["Content-Type"] = problem.headers["Content-Type"]
            response.headers["Content-Length"] = str(len(problem.content))
        return response
