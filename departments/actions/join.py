"""Make two users one: an employee without log-in, and the user who accepted the invitation."""

from django.db.models import Exists, OuterRef
from django.utils import timezone

from accounts.actions import record
from accounts.models import User
from database.transactions import one_transaction
from departments.actions.rota import change_shifts, clear_name, qualifications_of
from departments.actions.settings import record_change
from departments.actions.times_away import follow_absences
from departments.models import Employee, QualificationHeld, Shift


@one_transaction()
def join_person(*, from_: User, into: User) -> None:
    """Move the employments, shifts, absences and qualifications of ``from_`` to ``into``.

    ``from_`` has no log-in. Messages go where those of ``into`` go: staff entered the address
    of ``from_``. A coming shift that overlaps one of ``into`` loses its name, which
    the department's list of changes says. Visits are seated again where the qualifications or
    absences of the two differ.
    """
    people = User.objects.filter(pk__in=[from_.pk, into.pk]).order_by("pk")
    list(people.select_for_update(no_key=True))
    employments = list(from_.employments.select_related("department"))
    for employment in employments:
        _move_employment(employment, into)
    for held in from_.qualifications.all():
        _move_qualification(held, into)
    from_.absences.update(person=into)
    lost = _move_shifts(from_, into)
    for employment in employments:
        record_change(
            employment.department,
            "accept_employment",
            subject_id=into.pk,
            of=employment,
            after={"lost": lost.count(employment.department_id)},
            by=into,
        )
    record("join_person", by=into, subject_id=into.pk, of=from_)
    if from_.shifts.exists():
        User.objects.filter(pk=from_.pk).update(contact_email="")
    else:
        from_.delete()


def _move_employment(employment: Employee, into: User) -> None:
    same = Employee.objects.filter(
        department=employment.department_id, person=into, role=employment.role
    ).first()
    if same is None:
        Employee.objects.filter(pk=employment.pk).update(person=into)
        return
    last_days = [same.valid_until, employment.valid_until]
    same.valid_from = min(same.valid_from, employment.valid_from)
    same.valid_until = None if None in last_days else max(day for day in last_days if day)
    same.is_leader = same.is_leader or employment.is_leader
    both = [one for one in (same.agency, employment.agency) if one is not None]
    is_agency = len(both) == 2
    same.agency_from = min(one.start for one in both) if is_agency else None
    same.agency_until = max(one.end for one in both) if is_agency else None
    same.save(
        update_fields=["valid_from", "valid_until", "is_leader", "agency_from", "agency_until"]
    )
    Employee.objects.filter(pk=employment.pk).delete()


def _move_qualification(held: QualificationHeld, into: User) -> None:
    same = into.qualifications.filter(
        department=held.department_id,
        qualification=held.qualification_id,
        valid_from=held.valid_from,
    ).first()
    if same is None:
        QualificationHeld.objects.filter(pk=held.pk).update(person=into)
        return
    last_days = [same.valid_until, held.valid_until]
    same.valid_until = None if None in last_days else max(day for day in last_days if day)
    same.save(update_fields=["valid_until"])


def _move_shifts(from_: User, into: User) -> list[object]:
    """Returns the departments of the shifts that lost their name, one for each shift."""
    lost: list[object] = []

    def change(shift: Shift) -> bool:
        if shift.person_id == from_.pk:
            overlapping = Shift.objects.filter(
                person=into, starts_at__lt=shift.ends_at, ends_at__gt=shift.starts_at
            )
            if overlapping.exists():
                clear_name(shift)
                lost.append(shift.day.department_id)
                return True
        elif shift.person_id != into.pk:
            return False
        before = (shift.person_id, shift.qualification_ids)
        shift.person = into
        shift.qualification_ids = qualifications_of(shift, into)
        has_other_minutes = follow_absences(shift)
        return has_other_minutes or before != (shift.person_id, shift.qualification_ids)

    now = timezone.now()
    change_shifts(Shift.objects.filter(person__in=[from_, into], ends_at__gt=now), change, by=into)
    theirs = Shift.objects.filter(
        person=into, starts_at__lt=OuterRef("ends_at"), ends_at__gt=OuterRef("starts_at")
    )
    Shift.objects.filter(~Exists(theirs), person=from_, ends_at__lte=now).update(person=into)
    return lost
