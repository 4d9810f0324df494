"""Forms of visits that repeat."""

from django import forms

from accounts.clean_forms import CleanForm


class KeyForm(CleanForm):
    key = forms.UUIDField(widget=forms.HiddenInput)


class DateForm(CleanForm):
    date = forms.DateField(widget=forms.HiddenInput)
