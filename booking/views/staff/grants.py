"""A department's grants, for who enters them: its case workers or its administrators."""

import uuid
from collections.abc import Sequence

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.access import PersonRequest
from accounts.http_methods import require_http_methods, require_POST, require_safe
from accounts.questions import form_on
from booking import actions, queries
from booking.access.staff import (
    grant_of,
    list_of_recipients,
    listed_for,
    look_at_list,
    page_of_recipient,
    recipient_of,
)
from booking.errors import BeginsTooEarly, GrantOverlaps, KeyReused
from booking.forms.recipients import (
    AgreedTimeForm,
    AnswerForm,
    GrantForm,
    NewGrantForm,
    ReassessmentForm,
    ReplacementForm,
    SearchForm,
)
from booking.models import Grant, Recipient
from booking.queries.agreed_times import agreed_times_of_grant
from booking.views.staff.recipients import recipient_page
from database.list_pages import list_page, page_number
from database.versions import Stale
from departments.access import administrator, case_worker, enters_grants, has_role, sees_grants
from departments.models import Department, Employee
from departments.queries import last_changed_by

PER_PAGE = 40


@require_safe
@case_worker
def grants(request: PersonRequest, department: Department) -> HttpResponse:
    """A case worker's first page: what the department asks, then everybody with a grant."""
    listed = queries.with_grants_here(listed_for(request.user, department), department)
    page = Paginator(listed, PER_PAGE).get_page(request.GET.get("page"))
    asked = queries.open_reassessments(department)
    context = {"page": page, "reassessments": asked, "search": SearchForm()}
    shown = [*page.object_list, *(one.grant.recipient for one in asked)]
    return _list(request, department, shown, {**context, "recipients": page.object_list})


@require_POST
@case_worker
def search_grants(request: PersonRequest, department: Department) -> HttpResponse:
    search = SearchForm(request.POST)
    if not search.is_valid():
        everybody = reverse("booking:grants", args=[department.pk])
        return redirect(f"{everybody}#content")
    matching = queries.matching(listed_for(request.user, department), search.cleaned_data["name"])
    found = list_page(
        queries.with_grants_here(matching, department),
        page_number(request.POST.get("page")),
        PER_PAGE,
    )
    context = {"found": found, "recipients": found.shown, "search": search}
    return _list(request, department, found.shown, context)


@require_safe
@sees_grants
def grants_of(
    request: PersonRequest, department: Department, recipient: uuid.UUID
) -> HttpResponse:
    found = recipient_of(department, recipient, by=request.user, what="booking:grants_of")
    return _grants_page(request, department, found)


@require_POST
@enters_grants
def add_grant(
    request: PersonRequest, department: Department, recipient: uuid.UUID
) -> HttpResponse:
    found = recipient_of(department, recipient, by=request.user, what="booking:add_grant")
    form = NewGrantForm(request.POST, department=department)
    if form.is_valid():
        try:
            actions.grant(recipient=found, **form.cleaned_data, by=request.user)
        except KeyReused:
            form.refuse_key()
        except GrantOverlaps:
            form.add_error("service", _("This person has a grant of the service then already."))
        else:
            added = _("The grant is added.") + " " + _("Nobody got a message about it.")
            messages.success(request, added)
            return redirect(page_of_recipient(request.user, department, found.pk))
    if has_role(request.user, department, Employee.Role.ADMINISTRATOR):
        return recipient_page(request, department, found, new_grant=form)
    return _grants_page(request, department, found, form)


@require_safe
@sees_grants
def grant(request: PersonRequest, department: Department, grant: uuid.UUID) -> HttpResponse:
    found = grant_of(department, grant, by=request.user, what="booking:grant")
    return grant_page(request, department, found)


@require_POST
@enters_grants
def change_grant(request: PersonRequest, department: Department, grant: uuid.UUID) -> HttpResponse:
    found = grant_of(department, grant, by=request.user, what="booking:change_grant")
    form = GrantForm(request.POST, instance=found, department=department)
    if form.is_valid():
        try:
            after = actions.change_grant(
                grant=found, **form.cleaned_data, by=request.user, version=form.seen
            )
        except Stale:
            found.refresh_from_db()
            fresh = GrantForm(instance=found, department=department).at(found.version)
            by = last_changed_by(department, object_id=found.pk)
            form = form.again(fresh, by=by)
            return grant_page(request, department, found, form=form, status=409)
        except GrantOverlaps:
            form.add_error("valid_from", _("Another grant of the service applies then."))
        else:
            messages.success(request, _("The grant is changed."))
            if after:
                messages.warning(request, _say_booked_after(len(after)))
            return redirect(page_of_recipient(request.user, department, found.recipient_id))
    return grant_page(request, department, found, form=form)


@require_http_methods(["GET", "HEAD", "POST"])
@enters_grants
def replace_grant(
    request: PersonRequest, department: Department, grant: uuid.UUID
) -> HttpResponse:
    """Enter a grant that replaces this one. It is saved when the page has shown what it does."""
    found = grant_of(department, grant, by=request.user, what="booking:replace_grant")
    if request.method != "POST":
        form = ReplacementForm(department=department, instance=found).at(found.version)
        return _replacement_page(request, department, found, form)
    form = ReplacementForm(request.POST, department=department, instance=found)
    if not form.is_valid():
        return _replacement_page(request, department, found, form)
    try:
        new = actions.replacement(found, **form.terms)
        preview = queries.replaced(new, timezone.now())
        if form.cleaned_data["previewed"] != preview.digest:
            return _replacement_page(request, department, found, form, preview)
        key = form.cleaned_data["key"] or uuid.uuid4()
        made = actions.replace_grant(
            grant=found, key=key, by=request.user, version=form.seen, **form.terms
        )
    except BeginsTooEarly as refused:
        form.refuse_first_day(refused)
    except KeyReused:
        form.refuse_key()
    except GrantOverlaps:
        form.add_error("valid_from", _("Another grant of the service applies then."))
    except Stale:
        found.refresh_from_db()
        fresh = ReplacementForm(department=department, instance=found).at(found.version)
        form = form.again(fresh, by=last_changed_by(department, object_id=found.pk))
        return _replacement_page(request, department, found, form, status=409)
    else:
        messages.success(request, _("The new grant is entered."))
        if preview.hits:
            messages.warning(request, _say_hit(len(preview.hits)))
        return redirect("booking:grant", department.pk, made.pk)
    return _replacement_page(request, department, found, form)


@require_POST
@form_on("booking:grant")
@administrator
def ask_reassessment(
    request: PersonRequest, department: Department, grant: uuid.UUID
) -> HttpResponse:
    found = grant_of(department, grant, by=request.user, what="booking:ask_reassessment")
    form = ReassessmentForm(request.POST)
    if not form.is_valid():
        return grant_page(request, department, found, ask=form)
    if actions.ask_reassessment(grant=found, reason=form.cleaned_data["reason"], by=request.user):
        messages.success(request, _("The case workers see that you ask for reassessment."))
    else:
        messages.info(request, _("Reassessment is asked for already. It is not answered yet."))
    return redirect("booking:grant", department.pk, found.pk)


@require_POST
@form_on("booking:grant")
@case_worker
def answer_reassessment(
    request: PersonRequest, department: Department, grant: uuid.UUID
) -> HttpResponse:
    found = grant_of(department, grant, by=request.user, what="booking:answer_reassessment")
    form = AnswerForm(request.POST)
    if not form.is_valid():
        return grant_page(request, department, found, answer=form)
    if actions.answer_reassessment(
        grant=found, answer=form.cleaned_data["answer"], by=request.user
    ):
        messages.success(request, _("The department sees your answer."))
    else:
        messages.info(request, _("Somebody has answered it already."))
    return redirect("booking:grants", department.pk)


def _list(
    request: PersonRequest,
    department: Department,
    shown: Sequence[Recipient],
    context: dict[str, object],
) -> HttpResponse:
    look_at_list(request.user, department, shown, "booking:grants")
    enters = department.grants_by == Department.GrantsBy.CASE_WORKER
    return render(
        request,
        "booking/grants.html",
        {"department": department, "enters_grants": enters, **context},
    )


def _grants_page(
    request: PersonRequest,
    department: Department,
    recipient: Recipient,
    new_grant: NewGrantForm | None = None,
) -> HttpResponse:
    """The page of one recipient for case workers: the grants, and nothing of the visits."""
    found = queries.grants_of(department, recipient)
    initial = {"valid_from": timezone.localdate()}
    context = {
        "department": department,
        "recipient": recipient,
        "grants": found,
        "to_reassess": queries.grants_to_reassess(found),
        "enters_grants": has_role(request.user, department, department.grants_by),
        "back": list_of_recipients(request.user, department),
        "new_grant": new_grant or NewGrantForm(department=department, initial=initial),
    }
    return render(request, "booking/grants_of.html", context)


def grant_page(
    request: PersonRequest,
    department: Department,
    grant: Grant,
    *,
    form: GrantForm | None = None,
    ask: ReassessmentForm | None = None,
    answer: AnswerForm | None = None,
    agreed: AgreedTimeForm | None = None,
    status: int = 200,
) -> HttpResponse:
    """The page of one grant; a form that was sent shows its errors."""
    is_administrator = has_role(request.user, department, Employee.Role.ADMINISTRATOR)
    is_case_worker = has_role(request.user, department, Employee.Role.CASE_WORKER)
    by_case_workers = department.grants_by == Department.GrantsBy.CASE_WORKER
    asked = queries.last_reassessment(grant)
    is_open = asked is not None and asked.answered_at is None
    enters = is_case_worker if by_case_workers else is_administrator
    context = {
        "department": department,
        "grant": grant,
        "back": page_of_recipient(request.user, department, grant.recipient_id),
        "enters_grants": enters,
        "form": form or GrantForm(instance=grant, department=department).at(grant.version),
        "asked": asked,
        "ask": (ask or ReassessmentForm())
        if is_administrator and by_case_workers and not is_open
        else None,
        "answer": (answer or AnswerForm()) if is_case_worker and is_open else None,
        "agreed_times": agreed_times_of_grant(grant),
        "agreed": AgreedTimeForm(grant=grant)
        if not agreed and is_administrator and grant.may_have_agreed_times
        else agreed,
    }
    return render(request, "booking/grant.html", context, status=status)


def _replacement_page(
    request: PersonRequest,
    department: Department,
    grant: Grant,
    form: ReplacementForm,
    preview: queries.Replacement | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {"department": department, "grant": grant, "form": form, "preview": preview}
    return render(request, "booking/replace_grant.html", context, status=status)


def _say_hit(count: int) -> str:
    return ngettext(
        "%(count)s visit does not agree with the new grant. It is not changed: look at it.",
        "%(count)s visits do not agree with the new grant. They are not changed: look at them.",
        count,
    ) % {"count": count}


def _say_booked_after(count: int) -> str:
    return ngettext(
        "%(count)s visit is booked after the last day. It is not deleted: look at it.",
        "%(count)s visits are booked after the last day. They are not deleted: look at them.",
        count,
    ) % {"count": count}
