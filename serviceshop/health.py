"""Health check: ``GET /healthz``.

Only the database is checked. Everything works without the broker and the cache, so it would
not help to restart the web server because of them.

``python -m serviceshop.health`` calls it in the same container, for Docker.
"""

import sys
import urllib.error
import urllib.request

from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache

from accounts.http_methods import require_safe
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


def is_healthy() -> bool:
    """Call /healthz with an allowed host name, as the proxy does."""
    host = next(iter(env.hosts("ALLOWED_HOSTS")), "localhost")
    request = urllib.request.Request(
        f"http://127.0.0.1:{PORT}/healthz",
        headers={"Host": host.replace("*", "localhost").removeprefix(".")},
    )
    try:
        with urllib.request.urlopen(request, timeout=5) as response:  # noqa: S310
            return bool(response.status == 200)
    except OSError:
        return False


if __name__ == "__main__":
    sys.exit(0 if is_healthy() else 1)
