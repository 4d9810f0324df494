from django import forms

from accounts.models import User


class LanguageForm(forms.Form):
    language = forms.ChoiceField(choices=User.Language.choices)
