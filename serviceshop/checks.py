"""System checks of the installation: what is not wrong enough to refuse the start."""

import difflib
import os
from collections.abc import Collection, Iterable
from typing import Any

from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage
from django.db import DEFAULT_DB_ALIAS, connection
from django.utils.module_loading import import_string

from serviceshop import env

TAG = "installation"
# Read by docker-compose.yml and serviceshop/gunicorn.py. Containers get all of .env.
READ_ELSEWHERE = {
    "POSTGRES_PASSWORD",
    "LISTEN",
    "PLAN_PROCESSES",
    "MESSAGE_PROCESSES",
    "WORKER_PROCESSES",
    "WEB_WORKERS",
    "WEB_THREADS",
}
# Other programs have no variables with these beginnings.
OURS = ("SERVICESHOP_", "MUNICIPALITY_", "EMAIL_", "SMS_", "QUIET_", "ACCESSIBILITY_")
LIMITS = ["lock_timeout", "statement_timeout"]  # of the server, for each session
SIMILAR = 0.86  # of difflib; one letter of ten may differ


@checks.register(TAG)
def unknown_variables(**_: Any) -> list[CheckMessage]:
    """Warn about environment variables that look like ours and that nothing reads."""
    known = env.names | READ_ELSEWHERE
    return [
        checks.Warning(
            f"{name} is not a setting of this program."
            + (f" Is it meant to be {meant}?" if meant else ""),
            hint="docs/settings.md lists every variable.",
            id="serviceshop.W001",
        )
        for name, meant in _strangers(os.environ, known)
    ]


@checks.register(TAG)
def email_backend(**_: Any) -> list[CheckMessage]:
    try:
        import_string(settings.EMAIL_BACKEND)
    except ImportError:
        return [
            checks.Error("EMAIL_BACKEND names a class that does not exist.", id="serviceshop.E001")
        ]
    return []


@checks.register(checks.Tags.database)
def limits_behind_a_pooler(
    databases: Collection[str] | None = None, **_: Any
) -> list[CheckMessage]:
    """Warn when a pooler drops our limits and the role has none."""
    if not settings.DATABASE_POOLER or DEFAULT_DB_ALIAS not in (databases or ()):
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name FROM pg_settings WHERE name = ANY(%s) AND setting = '0'", [LIMITS]
        )
        missing = [name for (name,) in cursor.fetchall()]
    if not missing:
        return []
    problem = f"Behind a pooler the database role needs {' and '.join(sorted(missing))}."
    return [checks.Warning(problem, hint="See docs/operation.md.", id="serviceshop.W002")]


def found() -> list[str]:
    """The messages of these checks, for programs that do not run Django's."""
    return [message.msg for message in checks.run_checks(tags=[TAG])]


def _strangers(given: Iterable[str], known: set[str]) -> list[tuple[str, str]]:
    """Unknown names, each with the known name that it resembles, or \"\"."""
    found = []
    for name in sorted(set(given) - known):
        meant = "".join(difflib.get_close_matches(name, known, n=1, cutoff=SIMILAR))
        if meant or name.startswith(OURS):
            found.append((name, meant))
    return found
