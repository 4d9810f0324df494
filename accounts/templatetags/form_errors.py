"""The errors of the forms on a page, for its title and the summary above its content."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from django import template
from django.forms import BaseForm, BaseFormSet, BoundField

register = template.Library()


class PageError(NamedTuple):
    text: str
    label: str = ""
    link: str = ""  # the id of the field, empty where no field is at fault


@register.simple_tag(takes_context=True)
def errors_of_forms(context: template.Context) -> list[PageError]:
    """The errors of all bound forms and formsets in the context, in the order of the fields."""
    found: list[PageError] = []
    seen: set[int] = set()
    for values in context.dicts:
        for value in list(values.values()):
            # By type(): isinstance() would evaluate the lazy values of the context.
            kind = type(value)
            if id(value) in seen or not issubclass(kind, BaseForm | BaseFormSet):
                continue
            seen.add(id(value))
            found += _errors_of(value)
    return found


def _errors_of(form: "BaseForm | BaseFormSet[BaseForm]") -> Iterator[PageError]:
    if not form.is_bound:
        return
    if isinstance(form, BaseFormSet):
        yield from _texts(form.non_form_errors())
        for one in form.forms:
            yield from _errors_of(one)
        return
    yield from _texts(form.non_field_errors())
    for field in form:
        link = "" if field.is_hidden else _id_of(field)
        label = "" if field.is_hidden else _with_colon(str(field.label))
        for text in field.errors:
            yield PageError(str(text), label, link)


def _texts(errors: Iterable[object]) -> Iterator[PageError]:
    return (PageError(str(text)) for text in errors)


def _with_colon(label: str) -> str:
    return label if label.endswith(("?", ":", ".")) else f"{label}:"


def _id_of(field: BoundField) -> str:
    """The id of the field's input, or of its first choice."""
    return field.id_for_label or f"{field.auto_id}_0"
