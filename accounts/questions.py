"""What a POST-only URL does, as a question to the user.

A form that was sent after the session had ended is not processed. Once its writer has logged
in, they are asked about it. A view states its question with ``@asks``. Other forms are shown
again on their own page with what was typed: ``form_on`` names the page if it is not above the
URL in the path.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from django.http import HttpResponse, QueryDict
from django.urls import ResolverMatch

from accounts.access import PersonRequest

View = TypeVar("View", bound=Callable[..., HttpResponse])


@dataclass(frozen=True)
class Question:
    """``button`` is the text of the button that does it; ``details`` are further lines."""

    text: str
    button: str
    details: Sequence[str] = ()


# Gets the request of the logged-in user, the form's fields, and the URL's arguments by name.
# Fetches what the question is about with the same permission as the view, and raises
# ``Http404`` if it is gone. None: the form's own page is shown instead.
Describe = Callable[..., Question | None]


def asks(describe: Describe) -> Callable[[View], View]:
    def decorate(view: View) -> View:
        view.question = describe  # type: ignore[attr-defined]
        return view

    return decorate


def form_on(url_name: str) -> Callable[[View], View]:
    """``url_name`` is reversed with the arguments of the view's own URL."""

    def decorate(view: View) -> View:
        view.form_on = url_name  # type: ignore[attr-defined]
        return view

    return decorate


def states_question(match: ResolverMatch) -> bool:
    return hasattr(match.func, "question")


def question_of(request: PersonRequest, match: ResolverMatch, sent: QueryDict) -> Question | None:
    """Raises ``Http404`` if what the question is about is gone, or is not the user's."""
    describe: Describe | None = getattr(match.func, "question", None)
    if describe is None:
        return None
    arguments: dict[str, Any] = match.kwargs
    return describe(request, sent, **arguments)
