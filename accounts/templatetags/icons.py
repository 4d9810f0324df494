"""``{% load icons %}``: drawings for the eyes only; words always stand beside them."""

import re
from functools import cache

from django import template
from django.contrib.staticfiles import finders
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

SPRITE = "vendor/aksel/icons.svg"

register = template.Library()


@cache
def icon_names() -> frozenset[str]:
    path = finders.find(SPRITE)
    with open(str(path), encoding="utf-8") as file:
        return frozenset(re.findall(r'<symbol id="([\w-]+)"', file.read()))


@register.simple_tag
def icon(name: str, extra_class: str = "") -> SafeString:
    """``{% icon "shower" %}``, in the colour of the text around it.

    A service may carry a symbol that a later sprite has dropped: a calendar then.
    """
    return format_html(
        '<svg class="icon{}" aria-hidden="true" focusable="false"><use href="{}#{}"/></svg>',
        f" {extra_class}" if extra_class else "",
        static(SPRITE),
        name if name in icon_names() else "calendar",
    )


_LEFT = '<svg viewBox="0 0 22 22"><circle cx="11" cy="11" r="9.5" fill="currentColor"/></svg>'
_USED = (
    '<svg class="used" viewBox="0 0 22 22" fill="none"><circle cx="11" cy="11" r="9" '
    'stroke="currentColor" stroke-width="2" stroke-dasharray="3.2 2.5"/></svg>'
)


@register.simple_tag
def discs(left: int, granted: int) -> SafeString:
    """A balance as discs: full ones are left, dashed ones used. Nothing above seven."""
    if not 0 < granted <= 7:
        return SafeString("")
    drawn = _LEFT * left + _USED * (granted - left)
    return mark_safe(f'<span class="discs" aria-hidden="true">{drawn}</span>')  # noqa: S308
