"""A department's recipients and their grants, for its administrator."""

import uuid
from typing import cast

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Prefetch, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from accounts.models import User
from booking import actions, queries
from booking.access.staff import look_at_list, recipient_of, recipients_of
from booking.errors import GrantOverlaps, LogInTaken, NotOnlyOurs
from booking.forms.mandates import GuardianForm
from booking.forms.recipients import (
    GrantForm,
    LogInForm,
    NewRecipientForm,
    RecipientForm,
    SearchForm,
)
from booking.models import Grant, Mandate, Recipient
from booking.queries.letters import dead_channels, told_in_vain, waiting
from booking.queries.series import running_series
from departments.access import administrator
from departments.models import Department, Service

PER_PAGE = 40


@require_safe
@administrator
def recipients(request: HttpRequest, department: Department) -> HttpResponse:
    page = Paginator(_listed(department), PER_PAGE).get_page(request.GET.get("page"))
    shown = look_at_list(_by(request), department, page.object_list, "booking:recipients")
    context = {
        "department": department,
        "recipients": shown,
        "page": page,
        "search": SearchForm(),
        "letters": waiting(department).values("subject_id").distinct().count(),
    }
    return render(request, "booking/recipients.html", context)


@require_POST
@administrator
def search_recipients(request: HttpRequest, department: Department) -> HttpResponse:
    search, found = SearchForm(request.POST), _listed(department)
    if not search.is_valid():
        return redirect("booking:recipients", department.pk)
    for word in search.cleaned_data["name"].split():
        found = found.filter(Q(given_name__icontains=word) | Q(family_name__icontains=word))
    shown = look_at_list(
        _by(request), department, found[: PER_PAGE + 1], "booking:search_recipients"
    )
    context = {
        "department": department,
        "recipients": shown[:PER_PAGE],
        "there_are_more": len(shown) > PER_PAGE,
        "search": search,
        "is_search": True,
    }
    return render(request, "booking/recipients.html", context)


@require_safe
@administrator
def new_recipient(request: HttpRequest, department: Department) -> HttpResponse:
    return _new_page(
        request,
        department,
        NewRecipientForm(),
        RecipientForm(),
        GrantForm(department=department, initial={"valid_from": timezone.localdate()}),
    )


@require_POST
@administrator
def add_recipient(request: HttpRequest, department: Department) -> HttpResponse:
    """The person and the first grant at once: without a grant nobody belongs here."""
    new, person = NewRecipientForm(request.POST), RecipientForm(request.POST)
    grant = GrantForm(request.POST, department=department)
    if not all([new.is_valid(), person.is_valid(), grant.is_valid()]):
        return _new_page(request, department, new, person, grant)
    try:
        with transaction.atomic():
            recipient = actions.add_recipient(
                key=new.cleaned_data["key"],
                particulars=person.particulars,
                email=new.cleaned_data["email"],
                by=_by(request),
            )
            actions.grant(recipient=recipient, **grant.cleaned_data, by=_by(request))
    except GrantOverlaps:
        grant.add_error("service", _("This person has a grant of the service then already."))
        return _new_page(request, department, new, person, grant)
    messages.success(request, _("The recipient is added, with a grant."))
    return redirect("booking:recipient", department.pk, recipient.pk)


@require_safe
@administrator
def recipient(request: HttpRequest, department: Department, recipient: uuid.UUID) -> HttpResponse:
    found = recipient_of(department, recipient, by=_by(request), what="booking:recipient")
    return recipient_page(request, department, found)


@require_POST
@administrator
def change_recipient(
    request: HttpRequest, department: Department, recipient: uuid.UUID
) -> HttpResponse:
    found = recipient_of(department, recipient, by=_by(request), what="booking:change_recipient")
    person = RecipientForm(request.POST, instance=found)
    if not person.is_valid():
        return recipient_page(request, department, found, person=person)
    actions.change_recipient(recipient=found, particulars=person.particulars, by=_by(request))
    messages.success(request, _("The change is saved."))
    return redirect("booking:recipient", department.pk, found.pk)


@require_POST
@administrator
def change_log_in(
    request: HttpRequest, department: Department, recipient: uuid.UUID
) -> HttpResponse:
    found = recipient_of(department, recipient, by=_by(request), what="booking:change_log_in")
    form = LogInForm(request.POST)
    if form.is_valid():
        try:
            actions.change_log_in(
                recipient=found,
                email=form.cleaned_data["email"],
                department=department,
                by=_by(request),
            )
        except LogInTaken:
            form.add_error("email", _("Somebody else logs in with this e-mail."))
        except NotOnlyOurs:
            form.add_error("email", _("This log-in is used for more. The person must change it."))
        else:
            messages.success(request, _("The change is saved."))
            return redirect("booking:recipient", department.pk, found.pk)
    return recipient_page(request, department, found, log_in=form)


@require_POST
@administrator
def add_grant(request: HttpRequest, department: Department, recipient: uuid.UUID) -> HttpResponse:
    found = recipient_of(department, recipient, by=_by(request), what="booking:add_grant")
    form = GrantForm(request.POST, department=department)
    if form.is_valid():
        try:
            actions.grant(recipient=found, **form.cleaned_data, by=_by(request))
        except GrantOverlaps:
            form.add_error("service", _("This person has a grant of the service then already."))
        else:
            messages.success(request, _("The grant is added."))
            return redirect("booking:recipient", department.pk, found.pk)
    return recipient_page(request, department, found, new_grant=form)


@require_safe
@administrator
def grant(request: HttpRequest, department: Department, grant: uuid.UUID) -> HttpResponse:
    found = _grant(request, department, grant, "booking:grant")
    return _grant_page(
        request, department, found, GrantForm(instance=found, department=department)
    )


@require_POST
@administrator
def change_grant(request: HttpRequest, department: Department, grant: uuid.UUID) -> HttpResponse:
    found = _grant(request, department, grant, "booking:change_grant")
    form = GrantForm(request.POST, instance=found, department=department)
    if form.is_valid():
        try:
            after = actions.change_grant(grant=found, **form.cleaned_data, by=_by(request))
        except GrantOverlaps:
            form.add_error("valid_from", _("Another grant of the service applies then."))
        else:
            messages.success(request, _("The grant is changed."))
            if after:
                messages.warning(request, _say_booked_after(len(after)))
            return redirect("booking:recipient", department.pk, found.recipient_id)
    return _grant_page(request, department, found, form)


def _listed(department: Department) -> QuerySet[Recipient]:
    """By name, with the grants of this department alone."""
    grants = (
        Grant.objects.filter(service__department=department)
        .filter(Q(valid_until__isnull=True) | Q(valid_until__gte=timezone.localdate()))
        .select_related("service")
        .order_by("service__name", "valid_from")
    )
    return recipients_of(department).prefetch_related(
        Prefetch("grants", queryset=grants, to_attr="grants_here")
    )


def _grant(request: HttpRequest, department: Department, grant: uuid.UUID, what: str) -> Grant:
    found = get_object_or_404(
        Grant.objects.filter(service__department=department).select_related("service"), pk=grant
    )
    found.recipient = recipient_of(department, found.recipient_id, by=_by(request), what=what)
    return found


def _say_booked_after(count: int) -> str:
    return ngettext(
        "%(count)s visit is booked after the last day. It is not deleted: look at it.",
        "%(count)s visits are booked after the last day. They are not deleted: look at them.",
        count,
    ) % {"count": count}


def recipient_page(
    request: HttpRequest,
    department: Department,
    recipient: Recipient,
    *,
    person: RecipientForm | None = None,
    new_grant: GrantForm | None = None,
    new_guardian: GuardianForm | None = None,
    log_in: LogInForm | None = None,
) -> HttpResponse:
    """One recipient, with what was wrong in a form that was sent."""
    today = timezone.localdate()
    context = {
        "department": department,
        "recipient": recipient,
        "name": Recipient.objects.get(pk=recipient.pk).full_name
        if person
        else recipient.full_name,
        "person": person or RecipientForm(instance=recipient),
        "grants": Grant.objects.filter(recipient=recipient, service__department=department)
        .select_related("service")
        .order_by("-valid_from", "service__name"),
        "new_grant": new_grant or GrantForm(department=department, initial={"valid_from": today}),
        "coming": [
            visit
            for visit in queries.coming(recipient, timezone.now())
            if visit.service.department_id == department.pk
        ],
        "all_series": [
            (series, series.waits(today))
            for series in running_series(recipient)
            if series.service.department_id == department.pk
        ],
        "services": Service.objects.filter(
            pk__in=Grant.objects.valid_on(today).filter(recipient=recipient).values("service"),
            department=department,
            is_active=True,
        ),
        "now": timezone.now(),
        "guardians": recipient.mandates.filter(
            kind=Mandate.Kind.GUARDIAN, revoked_at=None
        ).exclude(valid_until__lt=today),
        "new_guardian": new_guardian or GuardianForm(initial={"valid_from": today}),
        "log_in": log_in
        or LogInForm(initial={"email": recipient.user.email if recipient.user else ""}),
        "today": today,
        "dead_channels": dead_channels(recipient.user),
        "told_in_vain": told_in_vain(Recipient.objects.filter(pk=recipient.pk)),
        "has_letter": waiting(department).filter(subject_id=recipient.pk).exists(),
    }
    return render(request, "booking/recipient.html", context)


def _grant_page(
    request: HttpRequest, department: Department, grant: Grant, form: GrantForm
) -> HttpResponse:
    context = {"department": department, "grant": grant, "form": form}
    return render(request, "booking/grant.html", context)


def _new_page(
    request: HttpRequest,
    department: Department,
    new: NewRecipientForm,
    person: RecipientForm,
    grant: GrantForm,
) -> HttpResponse:
    context = {"department": department, "new": new, "person": person, "grant": grant}
    return render(request, "booking/recipient_new.html", context)


def _by(request: HttpRequest) -> User:
    return cast(User, request.user)
