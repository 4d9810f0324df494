"""The real URLs, and one page for each set of components."""

import datetime as dt
from pathlib import Path

from django import forms
from django.http import HttpResponse
from django.template import RequestContext, Template
from django.urls import path

from serviceshop.urls import urlpatterns as real

SAMPLES = Path(__file__).parent / "samples"
MONDAY = dt.date(2026, 10, 5)


class SampleForm(forms.Form):
    note = forms.CharField(
        label="Beskjed", help_text="Ikke skriv om helse her.", widget=forms.Textarea({"rows": 2})
    )
    email = forms.EmailField(label="E-postadresse", required=False)
    often = forms.ChoiceField(
        label="Hvor ofte",
        choices=[("1", "Hver uke"), ("2", "Annenhver uke")],
        widget=forms.RadioSelect,
    )
    kind = forms.ChoiceField(label="Slag", choices=[("a", "Syk"), ("b", "Ferie")])
    sure = forms.BooleanField(label="Jeg er sikker")


def sample(request, name):
    form = SampleForm({"email": "not an address", "note": ""} if "errors" in request.GET else None)
    context = {
        "day": MONDAY,
        "week": [MONDAY + dt.timedelta(days=n) for n in range(7)],
        "hours": range(7, 22),
        "form": form,
    }
    template = Template((SAMPLES / f"{name}.html").read_text())
    return HttpResponse(template.render(RequestContext(request, context)))


urlpatterns = [*real, path("samples/<slug:name>/", sample)]
