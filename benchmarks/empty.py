"""The empty view: a staff page without content.

It passes all middleware and the log-in, reads the session, and renders ``base_staff.html``
with its menu. It fetches nothing for itself. Staff pages are measured against it
(``benchmarks.staff``); recipients' pages have a floor of their own (``benchmarks.floor``).
"""

from django.http import HttpResponse
from django.shortcuts import render

from accounts.access import PersonRequest
from accounts.decorators import person_required
from accounts.http_methods import require_safe

URL = "/empty/"


@require_safe
@person_required
def page(request: PersonRequest) -> HttpResponse:
    return render(request, "empty.html")
