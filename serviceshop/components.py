"""The components page: every component in all its states, for those who make pages.

Only where ``settings.SHOWS_COMPONENTS`` is on, as it is with ``DEBUG``; elsewhere a 404. The
browser tests look at these pages and compare pictures of them.
"""

import datetime as dt

from django import forms
from django.conf import settings
from django.contrib.messages import constants
from django.contrib.messages.storage.base import Message
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.clean_forms import CleanForm
from accounts.http_methods import require_safe

# Each page has the stylesheets and the text size of those who use its components.
PAGES = {
    "recipient": "Recipients: balances, days, times, visits",
    "simple": "Recipients: the simple view",
    "forms": "Everybody: forms, errors, messages, buttons",
    "staff": "Staff: lists, boxes, the board, opening hours",
    "on_foot": "Carers: the day on a phone",
}
MONDAY = dt.date(2026, 10, 5)
HOURS = range(7, 22)


class SampleForm(CleanForm):
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


class WrongForm(SampleForm):
    """With another name for its group of choices: two of the same can't be told apart."""

    often = forms.ChoiceField(
        label="Hvor sjelden",
        choices=[("1", "Hver måned"), ("2", "Hvert år")],
        widget=forms.RadioSelect,
    )


class DayForm(CleanForm):
    days = forms.MultipleChoiceField(
        label="Dager",
        choices=[("1", "mandag"), ("2", "tirsdag"), ("6", "lørdag"), ("7", "søndag")],
        initial=["1", "2"],
        widget=forms.CheckboxSelectMultiple,
    )


@require_safe
def components(request: HttpRequest, page: str = "forms") -> HttpResponse:
    if not settings.SHOWS_COMPONENTS or page not in PAGES:
        raise Http404
    context = {
        "pages": PAGES,
        "page": page,
        "day": MONDAY,
        "week": [MONDAY + dt.timedelta(days=number) for number in range(7)],
        "hours": HOURS,
        "days_field": DayForm()["days"],
    }
    if page == "forms":
        context |= {
            "form": SampleForm(),
            "pair": SampleForm(prefix="pair"),
            "wrong": WrongForm({"wrong-email": "ikke en adresse"}, prefix="wrong"),
            "messages": [
                Message(constants.SUCCESS, "Tjenesten er lagret."),
                Message(constants.INFO, "Du har brukt dette skjemaet før."),
                Message(constants.WARNING, "To besøk mangler ansatt."),
                Message(constants.ERROR, "Noen har endret dette etter at du så det."),
            ],
        }
    return render(request, f"components/{page}.html", context)
