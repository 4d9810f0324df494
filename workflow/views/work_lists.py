import uuid

from django.http import HttpResponse
from django.shortcuts import render

from accounts.access import PersonRequest
from accounts.decorators import person_required
from accounts.http_methods import require_safe
from workflow import access


@require_safe
@person_required
def print_list(request: PersonRequest, work_list: uuid.UUID) -> HttpResponse:
    """One list for printing, without confidential addresses."""
    found = access.work_list_of(request.user, work_list, what="workflow:print_list")
    return render(request, "workflow/print_list.html", {"list": found})
