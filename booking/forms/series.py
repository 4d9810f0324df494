"""Forms of visits that repeat."""

from django import forms


class KeyForm(forms.Form):
    key = forms.UUIDField(widget=forms.HiddenInput)


class DateForm(forms.Form):
    date = forms.DateField(widget=forms.HiddenInput)
