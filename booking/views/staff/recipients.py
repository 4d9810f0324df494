"""A department's recipients, for its administrator."""

import uuid

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access import PersonRequest, open_until
from accounts.errors import KeyReused as InvitationKeyReused
from accounts.errors import TooManyInvitations
from accounts.http_methods import require_POST, require_safe
from accounts.models import User
from accounts.questions import form_on
from booking import actions, queries
from booking.access.staff import (
    all_recipients_of,
    list_of_recipients,
    listed_for,
    look_at_list,
    page_of_recipient,
    recipient_of,
)
from booking.errors import HasDeparted, HasLogIn, KeyReused, NotOnlyOurs, OwnAddress
from booking.forms.mandates import GuardianForm
from booking.forms.recipients import (
    ContactForm,
    GrantForm,
    KeysForm,
    LogInForm,
    NewGrantForm,
    NewRecipientForm,
    RecipientForm,
    RelationForm,
    SearchForm,
)
from booking.models import Mandate, Recipient
from booking.notices.notified import notified_for_staff
from booking.views.staff.letters import DEPARTED, TOO_MANY
from database.list_pages import list_page, page_number
from database.versions import Stale
from departments.access import administrator, departments_administered_by, enters_grants
from departments.forms.staff import StaffContactEmailForm
from departments.models import Department
from departments.queries import last_changed_by

PER_PAGE = 40


@require_safe
@administrator
def recipients(request: PersonRequest, department: Department) -> HttpResponse:
    page = Paginator(_listed(request.user, department), PER_PAGE).get_page(request.GET.get("page"))
    shown = look_at_list(request.user, department, page.object_list, "booking:recipients")
    context = {
        "department": department,
        "recipients": shown,
        "page": page,
        "search": SearchForm(),
        "letters": queries.count_of_letters(department),
        "enters_grants": department.grants_by == Department.GrantsBy.ADMINISTRATOR,
    }
    return render(request, "booking/recipients.html", context)


@require_POST
@administrator
def search_recipients(request: PersonRequest, department: Department) -> HttpResponse:
    """Those of all departments that the user administers, each with what can be booked."""
    search = SearchForm(request.POST)
    if not search.is_valid():
        everybody = reverse("booking:recipients", args=[department.pk])
        return redirect(f"{everybody}#content")
    departments = departments_administered_by(request.user, department)
    matching = queries.matching(
        listed_for(request.user, *departments), search.cleaned_data["name"]
    )
    page = list_page(matching, page_number(request.POST.get("page")), PER_PAGE)
    found = queries.found_recipients(page.shown, departments, timezone.now())
    for one in departments:
        here = [hit.recipient for hit in found if hit.department == one]
        look_at_list(request.user, one, here, "booking:search_recipients")
    context = {
        "department": department,
        "found": found,
        "page": page,
        "search": search,
    }
    return render(request, "booking/found_recipients.html", context)


@require_safe
@enters_grants
def new_recipient(request: PersonRequest, department: Department) -> HttpResponse:
    return _new_page(
        request,
        department,
        NewRecipientForm(),
        RecipientForm(),
        GrantForm(department=department, initial={"valid_from": timezone.localdate()}),
    )


@require_POST
@form_on("booking:new_recipient")
@enters_grants
def add_recipient(request: PersonRequest, department: Department) -> HttpResponse:
    """Add the recipient with their first grant: without one the department may not see them."""
    new, person = NewRecipientForm(request.POST), RecipientForm(request.POST)
    grant = GrantForm(request.POST, department=department)
    if not all([new.is_valid(), person.is_valid(), grant.is_valid()]):
        return _new_page(request, department, new, person, grant)
    key = new.cleaned_data["key"]
    name = (person.particulars.given_name, person.particulars.family_name)
    if not new.cleaned_data["is_another"] and queries.has_namesake(
        all_recipients_of(department), name, person.particulars.phone, besides=key
    ):
        new.ask_whether_it_is_another()
        return _new_page(request, department, new, person, grant)
    try:
        recipient = actions.add_recipient(
            key=key,
            particulars=person.particulars,
            terms=grant.cleaned_data,
            email=new.cleaned_data["email"],
            department=department,
            by=request.user,
        )
    except KeyReused:
        new = new.with_new_key()
        person.add_error(None, _("This form was used before. Send it once more if you mean it."))
        return _new_page(request, department, new, person, grant)
    except OwnAddress:
        new.add_error("email", _("This is your own e-mail."))
        return _new_page(request, department, new, person, grant)
    except TooManyInvitations:
        new.add_error("email", str(TOO_MANY))
        return _new_page(request, department, new, person, grant)
    messages.success(request, _("The recipient is added, with a grant."))
    return redirect(page_of_recipient(request.user, department, recipient.pk))


@require_safe
@administrator
def recipient(
    request: PersonRequest, department: Department, recipient: uuid.UUID
) -> HttpResponse:
    found = recipient_of(department, recipient, by=request.user, what="booking:recipient")
    return recipient_page(request, department, found)


@require_POST
@administrator
def change_recipient(
    request: PersonRequest, department: Department, recipient: uuid.UUID
) -> HttpResponse:
    found = recipient_of(department, recipient, by=request.user, what="booking:change_recipient")
    person = RecipientForm(request.POST, instance=found)
    if not person.is_valid():
        return recipient_page(request, department, found, person=person)
    try:
        actions.change_recipient(
            recipient=found,
            particulars=person.particulars,
            department=department,
            by=request.user,
            version=person.seen,
        )
    except Stale:
        found.refresh_from_db()
        by = last_changed_by(department, object_id=found.pk)
        person = person.again(RecipientForm(instance=found).at(found.version), by=by)
        return recipient_page(request, department, found, person=person, status=409)
    messages.success(request, _("The change is saved."))
    return redirect("booking:recipient", department.pk, found.pk)


@require_POST
@administrator
def change_log_in(
    request: PersonRequest, department: Department, recipient: uuid.UUID
) -> HttpResponse:
    found = recipient_of(department, recipient, by=request.user, what="booking:change_log_in")
    form = LogInForm(request.POST)
    if form.is_valid():
        try:
            actions.change_log_in(
                recipient=found,
                email=form.cleaned_data["email"],
                department=department,
                key=form.cleaned_data["key"],
                by=request.user,
            )
        except InvitationKeyReused:
            form.refuse_key()
        except OwnAddress:
            form.add_error("email", _("This is your own e-mail."))
        except TooManyInvitations:
            form.add_error("email", str(TOO_MANY))
        except HasDeparted:
            form.add_error("email", str(DEPARTED))
        except NotOnlyOurs:
            form.add_error("email", _("This log-in is used for more. The person must change it."))
        else:
            messages.success(request, _("An invitation is sent. It can be answered for 14 days."))
            return redirect("booking:recipient", department.pk, found.pk)
    return recipient_page(request, department, found, log_in=form)


@require_POST
@administrator
def change_contact_email(
    request: PersonRequest, department: Department, recipient: uuid.UUID
) -> HttpResponse:
    what = "booking:change_contact_email"
    found = recipient_of(department, recipient, by=request.user, what=what)
    form = _contact(found, request.POST)
    if not form.is_valid():
        return recipient_page(request, department, found, contact=form)
    try:
        actions.change_contact_email(
            recipient=found,
            email=form.cleaned_data["email"],
            department=department,
            by=request.user,
            version=form.seen,
        )
    except HasLogIn:
        messages.info(request, _("This person can log in by now, and chooses it themselves."))
    except Stale:
        found.refresh_from_db()
        by = last_changed_by(department, object_id=found.pk)
        form = form.again(_contact(found), by=by)
        return recipient_page(request, department, found, contact=form, status=409)
    else:
        messages.success(request, _("The change is saved."))
    return redirect("booking:recipient", department.pk, found.pk)


def _listed(by: User, department: Department) -> QuerySet[Recipient]:
    return queries.with_grants_here(listed_for(by, department), department)


def recipient_page(
    request: PersonRequest,
    department: Department,
    recipient: Recipient,
    *,
    person: RecipientForm | None = None,
    new_grant: NewGrantForm | None = None,
    new_guardian: GuardianForm | None = None,
    log_in: LogInForm | None = None,
    contact: StaffContactEmailForm | None = None,
    new_contact: ContactForm | None = None,
    keys: KeysForm | None = None,
    new_relation: RelationForm | None = None,
    status: int = 200,
) -> HttpResponse:
    """An administrator's page of one recipient; a form that was sent shows its errors."""
    now = timezone.now()
    summary = queries.recipient_summary(department, recipient, now)
    has_ended = not any(grant.gives_access(timezone.localdate(now)) for grant in summary.grants)
    enters_grants = department.grants_by == Department.GrantsBy.ADMINISTRATOR
    new = {"valid_from": timezone.localdate(now)}
    context = {
        "department": department,
        "recipient": recipient,
        "now": now,
        **vars(summary),
        "open_until": (
            open_until(by=request.user, subject_id=recipient.pk, department_id=department.pk)
            if has_ended
            else None
        ),
        # What the buttons that end a series do.
        "notified": notified_for_staff(recipient) if summary.all_series else (),
        "person": person or RecipientForm(instance=recipient).at(recipient.version),
        "new_grant": new_grant or NewGrantForm(department=department, initial=new),
        "enters_grants": enters_grants,
        "to_reassess": () if enters_grants else queries.grants_to_reassess(summary.grants),
        "new_guardian": new_guardian or GuardianForm(initial=new),
        "log_in": log_in or LogInForm(),
        "contact": contact or _contact(recipient),
        "pauses": queries.pauses_of(recipient, timezone.localdate()),
        "contacts": recipient.contacts.all(),
        "new_contact": new_contact or ContactForm(),
        "relations": recipient.relations.select_related("person").order_by("declared_at"),
        "new_relation": new_relation or RelationForm(department=department),
        "keys": keys or KeysForm(instance=queries.key_facts(recipient)),
        "log_in_invitation": queries.last_invitation_to_log_in(recipient, department),
        "guardians_invited": [
            (invitation, queries.may_confirm(invitation, request.user))
            for invitation in queries.invited_to_act_for(recipient, Mandate.Kind.GUARDIAN)
        ],
    }
    return render(request, "booking/recipient.html", context, status=status)


def _contact(recipient: Recipient, data: QueryDict | None = None) -> StaffContactEmailForm:
    email = recipient.user.contact_email if recipient.user else ""
    is_hidden = recipient.has_confidential_address
    return StaffContactEmailForm(email, data, is_hidden=is_hidden).at(recipient.version)


def _new_page(
    request: PersonRequest,
    department: Department,
    new: NewRecipientForm,
    person: RecipientForm,
    grant: GrantForm,
) -> HttpResponse:
    context = {
        "department": department,
        "new": new,
        "person": person,
        "grant": grant,
        "back": list_of_recipients(request.user, department),
    }
    return render(request, "booking/recipient_new.html", context)
