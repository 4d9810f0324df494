"""When many want the same thing at once, whoever waits too long for it is asked to try again.

A wait for somebody else's lock ends after ``lock_timeout``. Verbs that people often meet it in
have pages of their own for that; this is the page for all others.
"""

from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.deprecation import MiddlewareMixin
from psycopg.errors import LockNotAvailable

import booking.errors
import departments.errors
from accounts.unsent import fields_of

RETRY_AFTER = 5  # seconds


class BusyMiddleware(MiddlewareMixin):
    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        is_busy = isinstance(error, booking.errors.Busy | departments.errors.Busy) or (
            isinstance(error, OperationalError) and isinstance(error.__cause__, LockNotAvailable)
        )
        if not is_busy:
            return None
        response = render(request, "503.html", {"typed": fields_of(request)}, status=503)
        response.headers["Retry-After"] = str(RETRY_AFTER)
        return response
