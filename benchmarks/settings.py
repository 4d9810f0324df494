"""The product's own settings, with the floor's addresses beside the product's."""

from serviceshop.settings import *  # noqa: F403

ROOT_URLCONF = "benchmarks.urls"
