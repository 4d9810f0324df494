"""What a process keeps from one page to the next, and how to make it forget."""

from django.template.autoreload import reset_loaders

from booking import choosing
from booking.queries import free
from booking.templatetags import calendar as tags


def forget_drawn():
    """Parts of pages, in the words that were there then."""
    reset_loaders()
    for drawn in (tags._day_row, tags._column, tags._frame, tags._run):
        drawn.cache_clear()


def forget_all():
    """As in a process that has just begun."""
    forget_drawn()
    choosing._times_url.cache_clear()
    for kept in (free._days, free._dates, free._needs):
        kept._found.clear()
