"""What was sent after the session had ended: see ``accounts.unsent``."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts import unsent as unsent_forms
from accounts.access import PersonRequest
from accounts.decorators import person_required
from accounts.pages import page_of


@require_safe
@person_required
def unsent(request: PersonRequest) -> HttpResponse:
    """Shown to whoever wrote it, and sent only when they press again."""
    found = unsent_forms.find(request)
    if found is None:
        return redirect("home")
    context = {"unsent": found, "written": unsent_forms.written_in(found.fields)}
    return render(request, "accounts/unsent.html", context)


@require_POST
@login_required  # what is kept stays so until its writer is back
def forget_unsent(request: PersonRequest) -> HttpResponse:
    """Back to where the form was."""
    found = unsent_forms.find(request)
    unsent_forms.forget(request)
    return redirect(page_of(found.path) if found else "home")
