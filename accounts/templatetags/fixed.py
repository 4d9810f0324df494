"""``{% load fixed %}``: parts of pages that are drawn once.

``{% fixed municipality %}…{% endfixed %}`` is drawn once in each process for each
language and each value of what is named. Nothing else may show in it: what belongs to a
person or to a request never goes in.
"""

from typing import Any

from django.template import Library, Node
from django.template.base import FilterExpression, NodeList, Parser, Token
from django.template.context import Context
from django.utils.safestring import SafeString
from django.utils.translation import get_language

register = Library()

KINDS = 1024  # of one part; what is named takes few values, and nobody may make it many


class FixedNode(Node):
    def __init__(self, values: list[FilterExpression], nodelist: NodeList) -> None:
        self.values = values
        self.nodelist = nodelist
        self.drawn: dict[tuple[Any, ...], SafeString] = {}

    def render(self, context: Context) -> SafeString:
        key = (get_language(), *(value.resolve(context) for value in self.values))
        drawn = self.drawn.get(key)
        if drawn is None:
            if len(self.drawn) >= KINDS:
                self.drawn.clear()
            drawn = self.drawn[key] = self.nodelist.render(context)
        return drawn


@register.tag
def fixed(parser: Parser, token: Token) -> FixedNode:
    values = [parser.compile_filter(word) for word in token.split_contents()[1:]]
    nodelist = parser.parse(("endfixed",))
    parser.delete_first_token()
    return FixedNode(values, nodelist)
