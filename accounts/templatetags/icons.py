"""``{% load icons %}``: icons beside text. Screen readers ignore them."""

import datetime as dt
import math
import re
from functools import cache

from django import template
from django.contrib.staticfiles import finders
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from accounts import dates

SPRITE = "vendor/aksel/icons.svg"

register = template.Library()


@cache
def icon_names() -> frozenset[str]:
    path = finders.find(SPRITE)
    with open(str(path), encoding="utf-8") as file:
        return frozenset(re.findall(r'<symbol id="([\w-]+)"', file.read()))


@register.simple_tag
def icon(name: str, extra_class: str = "") -> SafeString:
    """``{% icon "shower" %}``, in the colour of the surrounding text.

    An unknown name is shown as a calendar: a service may have a symbol that was removed.
    """
    return format_html(
        '<svg class="icon{}" aria-hidden="true" focusable="false"><use href="{}#{}"/></svg>',
        f" {extra_class}" if extra_class else "",
        static(SPRITE),
        name if name in icon_names() else "calendar",
    )


@register.simple_tag
def clock_face(instant: dt.datetime) -> SafeString:
    """The time as a clock face, for people who read it more easily than digits."""
    time = dates.local_time(instant)
    minutes = time.hour * 60 + time.minute
    hands = _hand(minutes / 720, 4.8, "1.7") + _hand(minutes / 60, 7.2, "1.1")
    return mark_safe(f"{_DIAL}{hands}</svg>")  # noqa: S308


_ROUND = 'stroke-linecap="round"'


def _line(turn: float, inner: float, outer: float, width: str) -> str:
    """A line from radius ``inner`` to ``outer``; ``turn`` is the share of a turn from 12."""
    x, y = math.sin(math.tau * turn), -math.cos(math.tau * turn)
    ends = " ".join(f"{12 + x * r:.2f} {12 + y * r:.2f}" for r in (inner, outer))
    return f'<path d="M{ends}" stroke="currentColor" stroke-width="{width}" {_ROUND}/>'


def _hand(turn: float, length: float, width: str) -> str:
    return _line(turn, 0, length, width)


_DIAL = (
    '<svg class="icon pic" viewBox="0 0 24 24" fill="none" aria-hidden="true" focusable="false">'
    '<circle cx="12" cy="12" r="10.6" stroke="currentColor" stroke-width="1.2"/>'
    '<circle cx="12" cy="12" r="1.1" fill="currentColor"/>'
    + "".join(_line(hour / 12, 8, 9.1, ".7") for hour in range(12))
)

_LEFT = '<svg viewBox="0 0 22 22"><circle cx="11" cy="11" r="9.5" fill="currentColor"/></svg>'
_USED = (
    '<svg class="used" viewBox="0 0 22 22" fill="none"><circle cx="11" cy="11" r="9" '
    'stroke="currentColor" stroke-width="2" stroke-dasharray="3.2 2.5"/></svg>'
)


@register.simple_tag
def discs(left: int, granted: int) -> SafeString:
    """A balance as discs: filled are left, dashed are used. Empty above seven."""
    if not 0 < granted <= 7:
        return SafeString("")
    shown = _LEFT * left + _USED * (granted - left)
    return mark_safe(f'<span class="discs" aria-hidden="true">{shown}</span>')  # noqa: S308
