"""``{% load fixed %}``: cache the rendered text of parts of pages.

``{% fixed municipality %}…{% endfixed %}`` is rendered once per process for each language and
each combination of the named values. Parts that differ between requests are inside
``{% each_time %}…{% endeach_time %}`` and rendered each time: a form's CSRF token, a URL, a
name. They see the page's context, but no variables of a ``{% with %}`` or ``{% include %}``
between the two tags.

Every value that a fixed block shows must be named, and no value may be personal. Tests set
``FixedNode.is_checked``: then each block is rendered each time and compared with the cached
text, so that a block that leaves out a value fails.
"""

from copy import copy
from dataclasses import dataclass
from typing import Any, ClassVar

from django.template import Library, Node
from django.template.base import FilterExpression, NodeList, Parser, Token
from django.template.context import Context
from django.utils.functional import LazyObject
from django.utils.safestring import SafeString
from django.utils.translation import get_language

register = Library()

MOST_ENTRIES = 4096  # per block: a limit on memory, should a named value take many values
SLOT = "\ufdd0"  # a code point that is never a character


class FixedBlockDiffers(Exception):
    """A fixed block shows a value that is not named in its tag."""


@dataclass(frozen=True)
class Fragment:
    """The text between the slots, and the nodes that are rendered into each slot."""

    pieces: list[str]
    slots: list[NodeList]

    def fill(self, context: Context) -> SafeString:
        if not self.slots:
            return SafeString(self.pieces[0])
        parts = [self.pieces[0]]
        for slot, piece in zip(self.slots, self.pieces[1:], strict=True):
            parts += slot.render(context), piece
        return SafeString("".join(parts))


class FixedNode(Node):
    is_checked: ClassVar[bool] = False

    def __init__(self, values: list[FilterExpression], nodelist: NodeList) -> None:
        self.values = values
        self.nodelist = nodelist
        self.fragments: dict[tuple[Any, ...], Fragment] = {}

    def render(self, context: Context) -> SafeString:
        """Raises ``FixedBlockDiffers`` when checked and the cached text is not the same."""
        key = (get_language(), *(_unwrapped(value.resolve(context)) for value in self.values))
        fragment = self.fragments.get(key)
        if fragment is None:
            if len(self.fragments) >= MOST_ENTRIES:
                self.fragments.clear()
            fragment = self.fragments[key] = self.render_fragment(context)
        elif self.is_checked and fragment != (now := self.render_fragment(context)):
            raise FixedBlockDiffers(f"{self.origin}, cached for {key}:\n{fragment}\nnow:\n{now}")
        return fragment.fill(context)

    def render_fragment(self, context: Context) -> Fragment:
        slots: list[NodeList] = []
        with context.push(_slots=slots):
            pieces = self.nodelist.render(context).split(SLOT)
        return Fragment(pieces, slots)


def _unwrapped(value: Any) -> Any:
    """The value of a lazy object, whose wrapper would keep a request and its user in memory."""
    if not isinstance(value, LazyObject):
        return value
    hash(value)  # evaluates it
    return copy(value)


class EachTimeNode(Node):
    def __init__(self, nodelist: NodeList) -> None:
        self.nodelist = nodelist

    def render(self, context: Context) -> SafeString:
        slots = context.get("_slots")
        if slots is None:  # outside of fixed blocks
            return self.nodelist.render(context)
        slots.append(self.nodelist)
        return SafeString(SLOT)


@register.tag
def fixed(parser: Parser, token: Token) -> FixedNode:
    values = [parser.compile_filter(word) for word in token.split_contents()[1:]]
    nodelist = parser.parse(("endfixed",))
    parser.delete_first_token()
    return FixedNode(values, nodelist)


@register.tag
def each_time(parser: Parser, token: Token) -> EachTimeNode:
    nodelist = parser.parse(("endeach_time",))
    parser.delete_first_token()
    return EachTimeNode(nodelist)
