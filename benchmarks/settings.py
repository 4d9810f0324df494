"""Production's settings, with the floor mounted beside the pages."""

from serviceshop.settings import *  # noqa: F403
from serviceshop.settings import DATA_DIR, DATABASES, TEMPLATES

ROOT_URLCONF = "benchmarks.urls"
TEMPLATES[0]["DIRS"] = [*TEMPLATES[0]["DIRS"], BASE_DIR / "benchmarks" / "templates"]  # type: ignore[misc]  # noqa: F405
STATIC_ROOT = str(DATA_DIR / "staticfiles")

# A copy of the other, with years gone by (benchmarks.history).
DATABASES["history"] = {**DATABASES["default"], "NAME": "history"}
