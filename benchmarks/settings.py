"""Production's settings, with the URLs of the floor and the empty view."""

from serviceshop.settings import *  # noqa: F403
from serviceshop.settings import DATA_DIR, DATABASES, INSTALLED_APPS, TEMPLATES

# Last, so that every app is ready when a plain version is put in place (--without).
INSTALLED_APPS = [*INSTALLED_APPS, "benchmarks.plain.apps.PlainConfig"]
ROOT_URLCONF = "benchmarks.urls"
TEMPLATES[0]["DIRS"] = [*TEMPLATES[0]["DIRS"], BASE_DIR / "benchmarks" / "templates"]  # type: ignore[misc]  # noqa: F405
STATIC_ROOT = str(DATA_DIR / "staticfiles")

# A copy of the default database with past bookings (benchmarks.history).
DATABASES["history"] = {**DATABASES["default"], "NAME": "history"}
