"""503 page for requests that waited too long for a lock.

Views where this happens often have their own page for ``Busy``. This middleware handles all
others. The page contains what the user typed, so that it can be sent again.
"""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.deprecation import MiddlewareMixin

from accounts.unsent import fields_of
from database.transactions import Busy, is_lock_timeout

RETRY_AFTER = 5  # seconds


class LockTimeoutMiddleware(MiddlewareMixin):
    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not (isinstance(error, Busy) or is_lock_timeout(error)):
            return None
        response = render(request, "503.html", {"typed": fields_of(request)}, status=503)
        response.headers["Retry-After"] = str(RETRY_AFTER)
        return response
