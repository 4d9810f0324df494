"""Write the times away of a shift."""

from departments.models import Absence, Shift, TimeAway
from departments.times_away import joined, shares_of


def follow_absences(shift: Shift) -> bool:
    """Give the shift the times away that its person's absences take out of its hours.

    Returns whether anything changed; the caller then saves the shift. The shift exists, and
    its Day is locked. Minutes of a former person are no longer away.
    """
    absences = (
        Absence.objects.part_of(shift.day.department_id).filter(
            person=shift.person_id, starts_at__lt=shift.ends_at, ends_at__gt=shift.starts_at
        )
        if shift.person_id is not None
        else Absence.objects.none()
    )
    shares = shares_of([(absence.pk, absence.period) for absence in absences], shift.period)
    before = (shift.away, shift.is_withdrawn)
    rows = list(TimeAway.objects.filter(shift=shift)) if shift.away else []
    known = {away.absence_id: away.period for away in rows}
    replacements = {away.absence_id: away.replacement_id for away in rows}
    shift.away = [
        instant for period in joined(shares.values()) for instant in (period.start, period.end)
    ]
    shift.is_withdrawn = shift.away == [shift.starts_at, shift.ends_at]
    if shares != known:
        TimeAway.objects.filter(shift=shift).delete()
        TimeAway.objects.bulk_create(
            TimeAway(
                shift=shift,
                absence_id=id_,
                starts_at=period.start,
                ends_at=period.end,
                replacement_id=replacements.get(id_),
            )
            for id_, period in shares.items()
        )
    has_changed = shares != known or before != (shift.away, shift.is_withdrawn)
    if has_changed:
        shift.version += 1
    return has_changed
