"""``{% load typed %}``: forms whose text is kept when another language is chosen."""

from django import template
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()

FORMS = "_typed_forms"  # on the request: the ids of the page's forms so far


@register.simple_tag(takes_context=True)
def typed_form(context: template.Context, form_id: str = "typed") -> SafeString:
    """The form's ``id`` attribute. Tells the footer that the page has this form."""
    request = context.get("request")
    if request is not None:
        setattr(request, FORMS, [*_forms_of(request), form_id])
    return format_html('id="{}"', form_id)


@register.simple_tag(takes_context=True)
def only_typed_form(context: template.Context) -> str:
    """The id of the page's form if it has exactly one, else empty."""
    forms = _forms_of(context.get("request"))
    return forms[0] if len(forms) == 1 else ""


def _forms_of(request: HttpRequest | None) -> list[str]:
    return getattr(request, FORMS, [])
