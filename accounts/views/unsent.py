"""Forms that were sent after the session had ended (see ``accounts.unsent``)."""

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import Resolver404, resolve

from accounts import unsent as unsent_forms
from accounts.access import PersonRequest
from accounts.decorators import person_required
from accounts.http_methods import require_POST, require_safe
from accounts.models import UnsentForm
from accounts.pages import page_of
from accounts.questions import Question, question_of


@require_safe
@person_required
def unsent(request: PersonRequest) -> HttpResponse:
    """Ask the writer what the form asks, or show its own page with what they typed."""
    found = unsent_forms.find(request)
    if found is None:
        return unsent_forms.not_sent(request, None)
    try:
        question = _question(request, found)
    except Http404:
        unsent_forms.forget(request)
        return unsent_forms.not_sent(request, found)
    if question is None:
        return redirect(page_of(found.path))
    context = {
        "unsent": found,
        "question": question,
        "written": unsent_forms.written_in(found.fields),
    }
    return render(request, "accounts/unsent.html", context)


def _question(request: PersonRequest, found: UnsentForm) -> Question | None:
    try:
        match = resolve(found.path.partition("?")[0])
    except Resolver404:
        raise Http404 from None
    return question_of(request, match, unsent_forms.fields_as_sent(found))


@require_POST
@login_required  # person_required would keep this POST in place of the form that is kept
def forget_unsent(request: PersonRequest) -> HttpResponse:
    """Discard the form, and go back to its page."""
    found = unsent_forms.find(request)
    unsent_forms.forget(request)
    return redirect(page_of(found.path) if found else "home")
