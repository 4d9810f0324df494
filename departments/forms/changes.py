"""The form that chooses which changes the history shows."""

import datetime as dt
import uuid
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from accounts import changes
from accounts.clean_forms import CleanForm
from departments.models import Department
from departments.queries.changes import changes_of
from departments.queries.staff import employees_of


class ChangesForm(CleanForm):
    """A value that is unknown chooses nothing: all changes are shown."""

    kind = forms.ChoiceField(label=_("What was changed"), required=False)
    person = forms.TypedChoiceField(
        label=_("Whom it concerns"), required=False, coerce=uuid.UUID, empty_value=None
    )

    def __init__(self, data: QueryDict, *, department: Department, today: dt.date) -> None:
        super().__init__(data)
        kinds = [(kind.kind, kind.label) for kind in changes.all_kinds()]
        people = {
            str(employee.person_id): employee.person.full_name
            for employee in employees_of(department, today)
        }
        people |= self._recipient(department, people)
        self.fields["kind"].choices = [("", _("Everything")), *kinds]  # type: ignore[attr-defined]
        self.fields["person"].choices = [  # type: ignore[attr-defined]
            ("", _("Everybody")),
            *people.items(),
        ]
        self.full_clean()

    def _recipient(self, department: Department, known: dict[str, str]) -> dict[str, str]:
        """Somebody else who has been chosen, on the recipient's page, if the department has
        changed something for them."""
        try:
            id_ = uuid.UUID(self.data.get("person", ""))
        except ValueError:
            return {}
        if str(id_) in known or not changes_of(department, person_id=id_).exists():
            return {}
        found = changes.find_people([id_])
        return {str(id_): person.name for person in found.values()}

    @property
    def chosen(self) -> dict[str, Any]:
        return {name: self.cleaned_data.get(name) for name in ("kind", "person")}
