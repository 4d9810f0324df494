"""The invitation to be an employee."""

from collections.abc import Sequence
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import invitations
from accounts.actions import give_log_in
from accounts.errors import InvitationRefused
from accounts.models import Invitation, User
from departments.actions.join import join_person
from departments.actions.rota import lock_person
from departments.actions.settings import record_change
from departments.models import Employee
from departments.queries.staff import EMPLOYMENT


def register_all() -> None:
    invitations.register(
        invitations.InvitationKind(
            EMPLOYMENT,
            question=gettext_lazy("Do you want to log in as an employee with us?"),
            details=_details,
            new_user=_give_log_in,
            accept=_accept,
            lock=_lock,
            label=gettext_lazy("Invitation to be an employee"),
            subject=_person_id,
            replaces_earlier=True,
        )
    )


def _lock(invitation: Invitation) -> None:
    person = User.objects.filter(employments=invitation.target_id).first()
    if person is not None:
        lock_person(person)


def _employee(invitation: Invitation) -> Employee:
    employee = (
        Employee.objects.filter(pk=invitation.target_id)
        .select_related("person", "department")
        .first()
    )
    if employee is None:
        raise InvitationRefused
    return employee


def _person_id(invitation: Invitation) -> UUID | None:
    employees = Employee.objects.filter(pk=invitation.target_id)
    return employees.values_list("person_id", flat=True).first()


def _details(found: Sequence[Invitation]) -> dict[UUID, list[str]]:
    employees = Employee.objects.filter(
        pk__in=[invitation.target_id for invitation in found]
    ).select_related("department")
    sentences = {
        employee.pk: _("%(department)s asks you to be %(role)s there.")
        % {"department": employee.department.name, "role": employee.get_role_display().lower()}
        for employee in employees
    }
    return {
        invitation.pk: [sentences[invitation.target_id]]
        for invitation in found
        if invitation.target_id in sentences
    }


def _give_log_in(invitation: Invitation) -> User:
    person = _employee(invitation).person
    lock_person(person)
    person.refresh_from_db(fields=["email"])
    if person.email is not None:  # accepted with another address before
        raise InvitationRefused
    give_log_in(user=person, email=invitation.address)
    return person


def _accept(invitation: Invitation, user: User) -> None:
    employee = _employee(invitation)
    person = employee.person
    if person == user:
        record_change(
            employee.department,
            "accept_employment",
            subject_id=user.pk,
            of=employee,
            after={"lost": 0},
            by=user,
        )
        return
    if person.email is not None:  # accepted with another address before
        raise InvitationRefused
    join_person(from_=person, into=user)
