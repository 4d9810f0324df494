from django import forms
from django.utils.translation import gettext_lazy as _

from departments.models import Service

SYMBOLS = [
    ("broom", _("Broom")),
    ("shower", _("Shower")),
    ("meal", _("Meal")),
    ("bag", _("Shopping bag")),
    ("pill", _("Medicine")),
    ("walk", _("Walk")),
    ("heart", _("Heart")),
    ("talk", _("Talk")),
    ("calendar", _("Calendar")),
]


class ServiceForm(forms.ModelForm[Service]):
    class Meta:
        model = Service
        fields = [
            "name",
            "description",
            "symbol",
            "minutes",
            "carers",
            "place",
            "qualifications",
            "is_active",
        ]
        widgets = {
            "place": forms.RadioSelect,
            "qualifications": forms.CheckboxSelectMultiple,
        }
