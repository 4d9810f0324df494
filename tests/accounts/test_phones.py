import importlib

import pytest
from django.apps import apps

from accounts.forms import PhoneForm
from accounts.models import AddressChange, User
from accounts.phones import (
    NoNumber,
    SeveralNumbers,
    UnsureNumber,
    mobile_number,
    normalized,
    numbers_in,
    parse_number,
    shown_number,
)
from accounts.templatetags.phones import phone
from tests import factories

DAUGHTER = "datter Kari 901 12 233"


@pytest.mark.parametrize(
    ("written", "number", "shown"),
    [
        ("90112233", "+4790112233", "901 12 233"),
        ("47 901 12 233", "+4790112233", "901 12 233"),
        ("0047 41112233", "+4741112233", "411 12 233"),
        ("(+47) 33.00.10-00", "+4733001000", "33 00 10 00"),
        ("02800", "+4702800", "02800"),
        ("800 00 000", "+4780000000", "800 00 000"),
        ("+46 70 123 45 67", "+46701234567", "+46 70 123 45 67"),
        ("", "", ""),
        ("  ", "", ""),
    ],
)
def test_a_number_is_stored_in_one_way_and_shown_in_another(written, number, shown):
    assert parse_number(written) == number
    assert parse_number(number) == number
    assert shown_number(number) == shown


@pytest.mark.parametrize(
    ("written", "error"),
    [
        ("0701234567", NoNumber),  # Swedish, without its country code
        ("070-123 45 67", NoNumber),
        ("12345678", NoNumber),
        ("+47 901 12 23", NoNumber),
        ("call my son", NoNumber),
        ("800-KARI-00", NoNumber),
        (DAUGHTER, UnsureNumber),
        ("901 12 233 (kona)", UnsureNumber),
        ("901 12 233 ext 5", UnsureNumber),
        ("901 12 233 / 33 00 00 01", SeveralNumbers),
        ("hjemme 33 00 00 01, mobil 90112233", SeveralNumbers),
    ],
)
def test_what_is_not_clearly_one_number_is_never_guessed(written, error):
    with pytest.raises(error):
        parse_number(written)
    assert normalized(written) == written
    assert shown_number(written) == phone(written) == written
    assert mobile_number(written) == ""


@pytest.mark.parametrize(
    ("stored", "number"),
    [
        ("+4790112233", "+4790112233"),
        ("90 11 22 33", "+4790112233"),
        ("+46701234567", "+46701234567"),
        ("+4733001000", ""),  # not mobile
        ("", ""),
    ],
)
def test_only_mobile_numbers_get_text_messages(stored, number):
    assert mobile_number(stored) == number


@pytest.mark.parametrize(
    ("stored", "links"),
    [
        ("+4790112233", ["+4790112233"]),
        (DAUGHTER, ["+4790112233"]),
        ("901 12 233 / 33 00 00 01", ["+4790112233", "+4733000001"]),
        ("call my son", []),
        ("", []),
    ],
)
def test_each_number_has_a_link_of_its_own(stored, links):
    found = list(numbers_in(stored))
    assert [number.link for number in found] == links
    assert all(number.words in ("", stored) for number in found)
    assert not numbers_of_one_word(stored, found)


def numbers_of_one_word(stored, found):
    """Links without the words beside the number, which say whose it is."""
    return [number for number in found if not number.words and not stored.startswith("+")]


def form_of(written, **user):
    return PhoneForm(User(**user), {"address": written})


def test_the_form_asks_whose_number_it_is():
    form = form_of(DAUGHTER)
    assert "Is 901 12 233 your own number?" in str(form.errors)
    assert f'value="{DAUGHTER}"' in str(form["address"])
    assert "country code" in str(form_of("0701234567").errors)
    assert "one number" in str(form_of("901 12 233 / 33 00 00 01").errors)


def test_the_form_takes_numbers_as_people_paste_them():
    form = form_of("\u202a+47\u00a0901\u200b12233\u202c")
    assert form.is_valid()
    assert form.cleaned_data["address"] == "+4790112233"


def test_the_migration_writes_numbers_and_keeps_text(db, capsys):
    kari, nils = (factories.UserFactory(phone=written) for written in ("47 901 12 233", DAUGHTER))
    for user, address in ((kari, "901 12 233"), (nils, "call my son")):
        AddressChange.objects.create(
            user=user, by=user, channel="sms", address=address, made_at=user.joined_at, attempts=1
        )
    migration = importlib.import_module("accounts.migrations.0013_phone_numbers")

    migration.to_e164(apps, None)
    migration.confirm(apps, None)

    for user in (kari, nils):
        user.refresh_from_db()
    assert (kari.phone, kari.phone_is_confirmed) == ("+4790112233", True)
    assert (nils.phone, nils.phone_is_confirmed) == (DAUGHTER, False)
    printed = capsys.readouterr().err
    assert "accounts_user.phone: 1 kept as text" in printed
    assert "Kari" not in printed
