"""The focus of a page that answers a form.

Errors and messages stand on top of the page and take the focus (``_messages.html``). Where the
answer is a part of the page instead, such as a preview, that part takes it::

    <section class="impact"{% answer %}>              a page that answers POST itself
    <section{% answer login %}>                       a page that a POST has redirected to

``autofocus`` works without JavaScript and scrolls the part into view.
"""

from django import template
from django.utils.safestring import SafeString, mark_safe

register = template.Library()

FOCUSED = mark_safe(' tabindex="-1" autofocus')


@register.simple_tag(takes_context=True)
def answer(context: template.Context, is_answer: object = None) -> SafeString:
    """The attributes of the part that has the focus: when the page answers POST, or when
    ``is_answer`` is given and true. Errors and messages of the page take the focus instead."""
    request = context["request"]
    if is_answer is None:
        is_answer = request.method == "POST"
    if not is_answer or context.get("page_errors") or len(context.get("messages") or ()):
        return SafeString()
    return FOCUSED
