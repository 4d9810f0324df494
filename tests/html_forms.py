"""The forms of a page, as a browser would send them."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urlsplit

from django.urls import resolve


@dataclass
class Form:
    """A form of a page: where it is sent, and its fields as a browser would send them."""

    action: str
    method: str
    fields: dict = field(default_factory=dict)
    choices: dict = field(default_factory=dict)
    has_button: bool = False


class Forms(HTMLParser):
    """The forms of a page that are posted. ``filled`` are values for empty fields, by name."""

    def __init__(self, page, html, filled=None):
        super().__init__()
        self.filled = filled or {}
        self.page, self.forms, self.form, self.select = page, [], None, None
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if tag == "form":
            action = urlsplit(attrs.get("action") or self.page).path or self.page
            self.form = Form(action, attrs.get("method", "get"))
        elif self.form is None:
            return
        elif tag == "select":
            self.select = attrs.get("name")
            self.form.fields.setdefault(self.select, "")
        elif tag == "option" and self.select:
            value = attrs.get("value") or ""
            if "selected" in attrs or (value and not self.form.fields[self.select]):
                self.form.fields[self.select] = value
        elif tag in ("input", "textarea") and attrs.get("name"):
            self.add(attrs["name"], attrs)
        elif tag == "button":
            self.form.has_button = True
            if not attrs.get("name"):
                return
            self.form.fields.setdefault(attrs["name"], attrs.get("value", ""))

    def add(self, name, attrs):
        kind, value = attrs.get("type", "text"), attrs.get("value") or ""
        if kind == "checkbox":
            value = value or "on"
        if kind == "checkbox" and "checked" not in attrs:
            self.form.choices[name] = value
        elif kind == "radio":
            if "checked" in attrs or not self.form.fields.get(name):
                self.form.fields[name] = value
        else:
            self.form.fields[name] = value or self.filled.get(name, "")

    def handle_endtag(self, tag):
        if tag == "select":
            self.select = None
        elif tag == "form" and self.form is not None:
            if self.form.method == "post":
                self.forms.append(self.form)
            self.form = None


def form_to(action, response):
    """The page's first form for what ``action`` does, without what its buttons send."""
    forms = Forms(response.request["PATH_INFO"], response.text).forms
    name = resolve(action).view_name
    found = next(form for form in forms if resolve(form.action).view_name == name)
    for name in ("confirmed", "days", "drop_named", "more", "never"):
        found.fields.pop(name, None)
    return found


def confirmation(response):
    """What the button that saves sends, on a page that shows what a change does."""
    forms = Forms(response.request["PATH_INFO"], response.text).forms
    return next(form.fields for form in forms if {"confirmed", "previewed"} & form.fields.keys())


class TypedForms(HTMLParser):
    """``lost``: the forms of a page whose text a language button would not send along."""

    def __init__(self, html):
        super().__init__()
        self.form, self.typed, self.kept = None, {}, set()
        self.feed(html)

    @property
    def lost(self):
        return [action for name, action in self.typed.items() if name not in self.kept]

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if tag == "form":
            self.form = attrs if attrs.get("role") != "search" else None
        elif tag == "button" and attrs.get("name") == "language":
            if "/language/choose/?form=" in attrs.get("formaction", ""):
                self.kept.add(attrs.get("form"))
        elif self.form and self.form.get("method") == "post" and is_typed(tag, attrs):
            self.typed[self.form.get("id")] = self.form.get("action")

    def handle_endtag(self, tag):
        if tag == "form":
            self.form = None


def is_typed(tag, attrs):
    written = ("text", "email", "tel", "number", "date", "time", "search")
    return tag == "textarea" or (tag == "input" and attrs.get("type", "text") in written)
