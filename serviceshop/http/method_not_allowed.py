"""405 page: this URL only accepts POST."""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.deprecation import MiddlewareMixin

from accounts.pages import page_of
from serviceshop.menus import error_base


class MethodNotAllowedMiddleware(MiddlewareMixin):
    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        """Responses with content, such as the API's JSON, are left alone."""
        if response.status_code == HTTPStatus.METHOD_NOT_ALLOWED and not response.content:
            context = {"page": page_of(request.path), "error_base": error_base(request)}
            response.content = render_to_string("405.html", context, request)
        return response
