"""The project package: settings, URLs, and everything that knows all apps."""

from serviceshop.celery import app as celery_app

__all__ = ["celery_app"]
