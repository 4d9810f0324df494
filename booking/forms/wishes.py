"""The form of a wish for a free time."""

from django import forms


class WishForm(forms.Form):
    service = forms.UUIDField()
    date = forms.DateField()
    moving = forms.UUIDField(required=False)
