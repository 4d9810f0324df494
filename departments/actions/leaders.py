"""Who owns a department."""

from accounts.models import User
from database.transactions import one_transaction
from database.versions import check_version
from departments import errors
from departments.actions.settings import lock_department, record_change
from departments.models import Employee


@one_transaction()
def mark_leader(
    *, employee: Employee, is_leader: bool, by: User, version: int | None = None
) -> None:
    """Mark an administrator as the department's leader, or remove the mark.

    Raises ``OwnLeadership`` for one's own employment, ``NotAdministrator`` for a carer's, and
    ``Stale`` when the employment has another version than the page showed.
    """
    lock_department(employee.department)
    employee = Employee.objects.select_related("department").get(pk=employee.pk)
    if employee.role != Employee.Role.ADMINISTRATOR:
        raise errors.NotAdministrator
    if employee.person_id == by.pk:
        raise errors.OwnLeadership
    if employee.is_leader == is_leader:
        return
    check_version(employee.version, version)
    Employee.objects.filter(pk=employee.pk).update(
        is_leader=is_leader, version=employee.version + 1
    )
    record_change(
        employee.department,
        "mark_leader",
        subject_id=employee.person_id,
        of=employee,
        before={"is_leader": not is_leader},
        after={"is_leader": is_leader},
        by=by,
    )
