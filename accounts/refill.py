"""Fill in a form of a finished HTML page with what was sent before."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from html import escape
from html.parser import HTMLParser
from urllib.parse import urlsplit

Attributes = list[tuple[str, str | None]]
Values = dict[str, str | None]  # attributes by name
IsForm = Callable[[Values], bool]
CHOICES = ("checkbox", "radio")
BUTTONS = ("submit", "button", "image", "reset", "file")


def refill(html: str, path: str, page: str, fields: Iterable[tuple[str, str]]) -> str | None:
    """The HTML of ``page``, with ``fields`` in its forms that post to ``path``.

    Hidden fields get the sent values too: an idempotency key or a version belongs to what was
    typed. CSRF tokens are never among ``fields``. None if the page has no such form.
    """

    def posts_to_path(form: Values) -> bool:
        action = urlsplit(form.get("action") or page).path
        return action == path and form.get("method") == "post"

    return _filled(html, posts_to_path, fields)


def refill_form(html: str, form_id: str, fields: Iterable[tuple[str, str]]) -> str | None:
    """As ``refill``, in the form with this HTML id."""
    return _filled(html, lambda form: form.get("id") == form_id, fields)


def _filled(html: str, is_form: IsForm, fields: Iterable[tuple[str, str]]) -> str | None:
    filler = _Filler(html, is_form, fields)
    filler.feed(html)
    filler.close()
    return filler.result() if filler.found else None


class _Filler(HTMLParser):
    def __init__(self, html: str, is_form: IsForm, fields: Iterable[tuple[str, str]]) -> None:
        super().__init__(convert_charrefs=True)
        self.found = False
        self._html, self._is_form = html, is_form
        self._sent: dict[str, list[str]] = defaultdict(list)
        for name, value in fields:
            self._sent[name].append(value)
        self._line_starts = [0]
        for line in html.split("\n"):  # as the parser counts lines
            self._line_starts.append(self._line_starts[-1] + len(line) + 1)
        self._edits: list[tuple[int, int, str]] = []
        self._is_inside = False
        self._closed: list[int | None] = []  # where "open" belongs in the details around the tag
        self._used: dict[str, int] = defaultdict(int)
        self._select = ""
        self._textarea: tuple[int, str] | None = None  # where its text begins, and its name

    def result(self) -> str:
        parts, at = [], 0
        for start, end, text in sorted(self._edits):
            parts += [self._html[at:start], text]
            at = end
        return "".join([*parts, self._html[at:]])

    def handle_starttag(self, tag: str, attrs: Attributes) -> None:
        values = dict(attrs)
        name = values.get("name") or ""
        if tag == "form":
            self._is_inside = self._is_form(values)
            self.found = self.found or self._is_inside
            self._used.clear()
            if self._is_inside:
                self._open_details()
        elif tag == "details":
            self._closed.append(None if "open" in values else self._offset() + len("<details"))
        elif not self._is_inside:
            return
        elif tag == "input":
            self._input(attrs, values, name)
        elif tag == "textarea" and name in self._sent:
            self._textarea = (self._offset() + len(self.get_starttag_text() or ""), name)
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select in self._sent:
            is_chosen = (values.get("value") or "") in self._sent[self._select]
            self._rewrite(tag, attrs, "selected", is_chosen=is_chosen)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._is_inside = False
        elif tag == "details" and self._closed:
            self._closed.pop()
        elif tag == "select":
            self._select = ""
        elif tag == "textarea" and self._textarea is not None:
            start, name = self._textarea
            # HTML drops one line break after the start tag.
            self._edits.append((start, self._offset(), "\n" + escape(self._next(name))))
            self._textarea = None

    def _open_details(self) -> None:
        """What was typed is seen at once."""
        self._edits += [(at, at, " open") for at in self._closed if at is not None]
        self._closed = [None] * len(self._closed)

    def _input(self, attrs: Attributes, values: Values, name: str) -> None:
        kind = values.get("type") or "text"
        if kind in CHOICES:
            is_chosen = (values.get("value") or "on") in self._sent.get(name, ())
            self._rewrite("input", attrs, "checked", is_chosen=is_chosen)
        elif kind not in BUTTONS and name in self._sent:
            others = [(key, value) for key, value in attrs if key != "value"]
            self._replace("input", [*others, ("value", self._next(name))])

    def _next(self, name: str) -> str:
        """The next sent value of this name; the last one again when there are no more."""
        values = self._sent[name]
        at = min(self._used[name], len(values) - 1)
        self._used[name] += 1
        return values[at]

    def _rewrite(self, tag: str, attrs: Attributes, flag: str, *, is_chosen: bool) -> None:
        others = [(key, value) for key, value in attrs if key != flag]
        self._replace(tag, [*others, (flag, None)] if is_chosen else others)

    def _replace(self, tag: str, attrs: Attributes) -> None:
        written = "".join(
            f" {key}" if value is None else f' {key}="{escape(value)}"' for key, value in attrs
        )
        start = self._offset()
        end = start + len(self.get_starttag_text() or "")
        self._edits.append((start, end, f"<{tag}{written}>"))

    def _offset(self) -> int:
        line, column = self.getpos()
        return self._line_starts[line - 1] + column
