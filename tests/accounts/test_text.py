import importlib
import pkgutil

import pytest
from django import forms
from django.apps import apps
from django.forms.forms import BaseForm

from accounts.clean_forms import CleanForm, CleanText
from accounts.text import clean_text
from booking.api import schemas
from booking.forms.recipients import RecipientForm
from serviceshop import env

DIRTY = "\u202a\ufeff Å\u200bse\u00a0 Bø\u0000\u0007\u202c\t"
CLEAN = "Åse  Bø"
PACKAGES = ("accounts", "departments", "booking", "workflow", "serviceshop")


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        (DIRTY, CLEAN),
        ("  Berit Holm ", "Berit Holm"),
        ("A\u030ase", "Åse"),  # a letter and a combining ring
        ("A\u200b\u030ase", "Åse"),  # composed once the sign between them is gone
        ("1\u00a02\u202f3\u30004", "1 2 3 4"),
        ("a\r\nb\u2028c\x85d", "a b c d"),
        ("soft\u00adhyphen \U000e0041tag", "softhyphen tag"),
        ("\u3164\u2800\u115f", ""),
        ("\ud800", ""),
        ("", ""),
        ("Nuvvos-Ánne Čáhčelii ŋ đ ŧ", "Nuvvos-Ánne Čáhčelii ŋ đ ŧ"),
        ("❤️ 😀", "❤️ 😀"),
    ],
)
def test_text_is_composed_trimmed_and_visible(text, cleaned):
    assert clean_text(text) == cleaned
    assert clean_text(cleaned) == cleaned


def test_lines_are_kept_only_where_they_are_wanted():
    assert clean_text("Ring twice.\r\nWait.\u200b\n", multiline=True) == "Ring twice.\nWait."
    assert clean_text("Ring twice.\r\nWait.") == "Ring twice. Wait."


def form_classes():
    """Every form class of the project."""
    for package in PACKAGES:
        root = importlib.import_module(package)
        for module in pkgutil.walk_packages(root.__path__, f"{package}."):
            if "forms" in module.name.split("."):
                importlib.import_module(module.name)
    assert apps.ready
    found, left = set(), [BaseForm]
    while left:
        kinds = left.pop().__subclasses__()
        found.update(kinds)
        left += kinds
    # Bases without fields, such as ``EndsKeys``, are only used with a clean form.
    return sorted(
        (kind for kind in found if kind.__module__.startswith(PACKAGES)),
        key=lambda kind: kind.__qualname__,
    )


BASES = {"CleanModelForm", "CleanForm", "EndsKeys", "KeyedForm", "VersionedForm"}
OURS = [kind for kind in form_classes() if kind.__name__ not in BASES]


@pytest.mark.parametrize("kind", OURS, ids=lambda kind: kind.__name__)
def test_every_form_cleans_its_text(kind):
    assert issubclass(kind, CleanText)
    names = [
        name
        for name, field in kind.base_fields.items()
        if isinstance(field, forms.CharField) and not isinstance(field.widget, forms.PasswordInput)
    ]
    form = kind.__new__(kind)
    form.fields, form.prefix = kind.base_fields, None
    form.data = dict.fromkeys(names, f"{DIRTY}\nb")

    for name, text in form.clean_data_of_fields().items():
        is_multiline = isinstance(kind.base_fields[name].widget, forms.Textarea)
        assert text == (f"{CLEAN}\nb" if is_multiline else f"{CLEAN}  b")


def test_a_form_shows_and_returns_clean_text():
    form = RecipientForm(
        {"given_name": DIRTY, "family_name": "Ho\u200blm", "phone": "", "address": "a\nb"}
    )
    assert form.is_valid()
    assert form.particulars.given_name == CLEAN
    assert form.particulars.family_name == "Holm"
    assert form.particulars.address == "a b"
    assert f'value="{CLEAN}"' in str(form["given_name"])


def test_a_password_is_left_alone():
    class PasswordForm(CleanForm):
        password = forms.CharField(strip=False, widget=forms.PasswordInput)

    form = PasswordForm({"password": " A\u030a\u200b "})
    assert form.is_valid()
    assert form.cleaned_data["password"] == " A\u030a\u200b "


def schemas_sent(kind=schemas.Sent):
    for one in kind.__subclasses__():
        yield one
        yield from schemas_sent(one)


@pytest.mark.parametrize("schema", list(schemas_sent()), ids=lambda kind: kind.__name__)
def test_every_text_of_the_api_is_clean(schema):
    values = {
        "service": "7b0f3d0e-2a6b-4f0e-8a58-1f0e2c8f9a11",
        "start": "2026-11-25T10:00:00+01:00",
    }
    fields = schema.model_fields
    texts = [name for name, field in fields.items() if field.annotation is str]
    sent = {**{k: v for k, v in values.items() if k in fields}, **dict.fromkeys(texts, DIRTY)}

    assert texts
    assert all(getattr(schema(**sent), name) == CLEAN for name in texts)


def test_settings_are_clean(monkeypatch):
    monkeypatch.setenv("MUNICIPALITY", "\ufeffFjordvik\u00a0kommune\n")
    assert env.text("MUNICIPALITY") == "Fjordvik kommune"
