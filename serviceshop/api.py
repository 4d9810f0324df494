"""The API put together from each storey's room, and how it says no.

Answers below ``/api/`` are JSON, whatever went wrong: what ninja refuses is told by the
handlers here, and what never reaches it (an address or a method that is not there, a
fault of our own) by the middleware.
"""

from collections.abc import Callable
from functools import cache
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

import booking.api
import workflow.api
from accounts.api import Refusal, not_found, unauthorized
from booking.errors import BookingError

PATH = "/api/"

DESCRIPTION = """\
Book visits, see free times and one's work list: what the pages do, for programs.
Instants are ISO 8601 with an offset. Send `Authorization: Bearer …` with every request.
Every refusal is `{"code", "message"}`, some with more; `code` is what to act on.
"""


class Api(NinjaAPI):
    @cache  # noqa: B019 (there is one, as long as the process)
    def get_openapi_schema(self, **kwargs: Any) -> Any:
        return super().get_openapi_schema(path_prefix=PATH + "v1/")


# Without ninja's own page of documentation: it needs scripts that our CSP forbids.
api = Api(title="Tjenesteshop", version="1", description=DESCRIPTION, docs_url=None)
api.add_router("", booking.api.router)
api.add_router("", workflow.api.router)


@api.exception_handler(Refusal)
def refuse(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    return refusal.response()


@api.exception_handler(BookingError)
def refuse_booking(request: HttpRequest, error: BookingError) -> HttpResponse:
    return booking.api.refusal_of(error).response()


@api.exception_handler(Http404)
def refuse_what_is_not_there(request: HttpRequest, error: Http404) -> HttpResponse:
    return not_found().response()


@api.exception_handler(AuthenticationError)
def refuse_strangers(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    return unauthorized().response()


@api.exception_handler(ValidationError)
def refuse_odd_forms(request: HttpRequest, error: ValidationError) -> HttpResponse:
    return _invalid(
        [
            {"where": ".".join(map(str, one["loc"])), "message": one["msg"]}
            for one in error.errors
        ]
    ).response()


@api.exception_handler(HttpError)
def refuse_what_is_no_json(request: HttpRequest, error: HttpError) -> HttpResponse:
    return _invalid([{"where": "body", "message": str(error)}]).response()


def _invalid(errors: list[dict[str, str]]) -> Refusal:
    message = _("What was sent can't be understood; “errors” tells where.")
    return Refusal(422, "invalid", message, more={"errors": errors})


class ProblemsMiddleware:
    """Outermost, so that it sees every answer."""

    CODES = {400: "bad_request", 404: "not_found", 405: "method_not_allowed", 500: "server_error"}

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        is_page = not response.get("Content-Type", "").startswith("application/json")
        if response.status_code >= 400 and is_page and request.path.startswith(PATH):
            code = self.CODES.get(response.status_code, "error")
            said = JsonResponse({"code": code, "message": response.reason_phrase})
            response.content = said.content
            response.headers["Content-Type"] = said.headers["Content-Type"]
            response.headers["Content-Length"] = str(len(said.content))
        return response
