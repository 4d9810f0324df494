"""Whether this installation can serve anybody: ``GET /healthz``.

Only the database counts. Without the broker and the cache everything still works,
so restarting the web server because of them would help nobody.

``python -m serviceshop.health`` asks the server of the same container, for Docker.
"""

import sys
import urllib.error
import urllib.request

from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from serviceshop import env

PORT = 8000  # inside the container


@require_safe
@never_cache
def healthz(request: HttpRequest) -> JsonResponse:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return JsonResponse({"database": "unreachable"}, status=503)
    return JsonResponse({"database": "reachable"})


def ask() -> bool:
    """Ask as the proxy would: by a host name that is allowed here."""
    host = next(iter(env.words("ALLOWED_HOSTS")), "localhost")
    request = urllib.request.Request(
        f"http://127.0.0.1:{PORT}/healthz",
        headers={"Host": host.replace("*", "localhost").removeprefix(".")},
    )
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:  # noqa: S310
            return bool(answer.status == 200)
    except OSError:
        return False


if __name__ == "__main__":
    sys.exit(0 if ask() else 1)
