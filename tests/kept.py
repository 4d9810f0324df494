"""The caches of a process, and how to clear them."""

from django.template.autoreload import reset_loaders

from booking.queries import free
from booking.templatetags import calendar as tags


def forget_drawn():
    """Rendered parts of pages, in the language of that time."""
    reset_loaders()
    for drawn in (tags._frame, tags._run):
        drawn.cache_clear()


def forget_all():
    """As in a new process."""
    forget_drawn()
    for kept in (free._dates, free._needs):
        kept._found.clear()
