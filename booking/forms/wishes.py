"""The form of a wish for a free time."""

from django import forms

from accounts.clean_forms import CleanForm


class WishForm(CleanForm):
    service = forms.UUIDField()
    date = forms.DateField()
    moving = forms.UUIDField(required=False)
