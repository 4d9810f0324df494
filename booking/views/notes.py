"""Change the note of a visit."""

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accounts import unsent
from accounts.access import PersonRequest
from accounts.decorators import person_required
from accounts.http_methods import require_http_methods
from booking import actions, errors
from booking.forms.visits import ChangeNoteForm
from booking.models import Booking
from booking.views import simple
from booking.views.visits import changeable
from database.versions import Stale


@require_http_methods(["GET", "HEAD", "POST"])
@person_required
def note(request: PersonRequest, booking: uuid.UUID) -> HttpResponse:
    visit = changeable(request, booking)
    if visit is None:
        return _not_changeable(request, booking)
    form = ChangeNoteForm(request.POST or None, initial=ChangeNoteForm.shown(visit))
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_note(
                booking=visit,
                note=form.cleaned_data["note"],
                seen=form.cleaned_data["seen"],
                by=request.user,
            )
        except Stale:
            visit.refresh_from_db(fields=["note"])
            return other_note_page(request, visit, form.cleaned_data["note"])
        except errors.TooLate:
            return _not_changeable(request, booking)
        messages.success(request, _("The note is saved."))
        return redirect("booking:visit", booking)
    return simple.show(request, "note", {"visit": visit, "form": form})


def _not_changeable(request: PersonRequest, booking: uuid.UUID) -> HttpResponse:
    """The visit's page says why. What was typed is shown first, to copy it."""
    written = unsent.typed_in(request) if request.method == "POST" else []
    if not written:
        return redirect("booking:visit", booking)
    context = {"booking": booking, "written": written}
    return render(request, "booking/note_not_saved.html", context, status=409)


def other_note_page(request: PersonRequest, visit: Booking, typed: str) -> HttpResponse:
    """For a user who wrote a note while the visit has another: shows both. Nothing is saved."""
    form = ChangeNoteForm(initial={**ChangeNoteForm.shown(visit), "note": typed})
    response = simple.show(request, "note", {"visit": visit, "form": form, "has_other": True})
    response.status_code = 409
    return response
