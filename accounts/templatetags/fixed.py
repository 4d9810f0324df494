"""``{% load fixed %}``: parts of pages that are drawn once.

``{% fixed municipality %}…{% endfixed %}`` is drawn once in each process for each
language and each value of what is named. What differs from one look to the next stands in
``{% anew %}…{% endanew %}`` within it and is drawn each time: a form's token, an address,
a name. It sees the page's context, but not what a ``{% with %}`` or an ``{% include %}`` between
the two says.

Nothing else may show in a fixed part: what belongs to a person or to a request never goes
in, unless it is named, and then it is nobody's.
"""

from copy import copy
from dataclasses import dataclass
from typing import Any

from django.template import Library, Node
from django.template.base import FilterExpression, NodeList, Parser, Token
from django.template.context import Context
from django.utils.functional import LazyObject
from django.utils.safestring import SafeString
from django.utils.translation import get_language

register = Library()

KINDS = 4096  # of one part; what is named takes few values, and nobody may make it many
HOLE = "\ufdd0"  # a code point that is never a character


@dataclass(frozen=True)
class Drawing:
    """What stands between the holes, and what is drawn in each of them."""

    pieces: list[str]
    holes: list[NodeList]

    def filled(self, context: Context) -> SafeString:
        if not self.holes:
            return SafeString(self.pieces[0])
        drawn = [self.pieces[0]]
        for hole, piece in zip(self.holes, self.pieces[1:], strict=True):
            drawn += hole.render(context), piece
        return SafeString("".join(drawn))


class FixedNode(Node):
    def __init__(self, values: list[FilterExpression], nodelist: NodeList) -> None:
        self.values = values
        self.nodelist = nodelist
        self.drawn: dict[tuple[Any, ...], Drawing] = {}

    def render(self, context: Context) -> SafeString:
        key = (get_language(), *(_itself(value.resolve(context)) for value in self.values))
        drawing = self.drawn.get(key)
        if drawing is None:
            if len(self.drawn) >= KINDS:
                self.drawn.clear()
            drawing = self.drawn[key] = self.draw(context)
        return drawing.filled(context)

    def draw(self, context: Context) -> Drawing:
        holes: list[NodeList] = []
        with context.push(_holes=holes):
            pieces = self.nodelist.render(context).split(HOLE)
        return Drawing(pieces, holes)


def _itself(value: Any) -> Any:
    """A key must not keep what a lazy value was made from: a request, with its user."""
    if not isinstance(value, LazyObject):
        return value
    hash(value)  # makes it
    return copy(value)


class AnewNode(Node):
    def __init__(self, nodelist: NodeList) -> None:
        self.nodelist = nodelist

    def render(self, context: Context) -> SafeString:
        holes = context.get("_holes")
        if holes is None:  # within no fixed part
            return self.nodelist.render(context)
        holes.append(self.nodelist)
        return SafeString(HOLE)


@register.tag
def fixed(parser: Parser, token: Token) -> FixedNode:
    values = [parser.compile_filter(word) for word in token.split_contents()[1:]]
    nodelist = parser.parse(("endfixed",))
    parser.delete_first_token()
    return FixedNode(values, nodelist)


@register.tag
def anew(parser: Parser, token: Token) -> AnewNode:
    nodelist = parser.parse(("endanew",))
    parser.delete_first_token()
    return AnewNode(nodelist)
