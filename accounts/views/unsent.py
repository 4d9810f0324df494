"""Forms that were sent after the session had ended (see ``accounts.unsent``)."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render

from accounts import unsent as unsent_forms
from accounts.access import PersonRequest
from accounts.decorators import person_required
from accounts.http_methods import require_POST, require_safe
from accounts.pages import page_of


@require_safe
@person_required
def unsent(request: PersonRequest) -> HttpResponse:
    """Show the form to its writer, who sends it by pressing a button."""
    found = unsent_forms.find(request)
    if found is None:
        return redirect("home")
    context = {"unsent": found, "written": unsent_forms.written_in(found.fields)}
    return render(request, "accounts/unsent.html", context)


@require_POST
@login_required  # person_required would keep this POST in place of the form that is kept
def forget_unsent(request: PersonRequest) -> HttpResponse:
    """Discard the form, and go back to its page."""
    found = unsent_forms.find(request)
    unsent_forms.forget(request)
    return redirect(page_of(found.path) if found else "home")
