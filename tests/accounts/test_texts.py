"""The text of a text message and the number of its parts."""

import pytest

from accounts.messages.notices import Words
from accounts.messages.texts import is_gsm7, parts, text_of


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 1),
        ("å" * 160, 1),
        ("å" * 161, 2),
        ("å" * 306, 2),
        ("å" * 307, 3),
        ("€" * 80, 1),  # two characters each
        ("€" * 81, 2),
        ("š" * 70, 1),  # outside of GSM-7
        ("š" * 71, 2),
        ("š" * 134, 2),
        ("š" * 135, 3),
        ("👵" * 35, 1),  # two units of UTF-16 each
        ("👵" * 36, 2),
        ("a" * 69 + "š", 1),
        ("a" * 70 + "š", 2),
    ],
)
def test_parts_are_counted_as_gateways_charge_them(text, count):
    assert parts(text) == count


@pytest.mark.parametrize(
    ("line", "sent"),
    [
        ("Ring «Kari» – nå…", 'Ring "Kari" - nå...'),
        ("can’t, “won’t”", "can't, \"won't\""),
        ("kl.\u00a010\u202f00", "kl. 10 00"),
        ("in\u00advisible\u200b", "invisible"),
        ("Ærøy, Åse og Gøran", "Ærøy, Åse og Gøran"),
    ],
)
def test_typographic_signs_are_replaced(line, sent, settings):
    settings.MUNICIPALITY_PHONE = "33 00 10 00"
    text = text_of(Words("", (line,)))
    assert text == f"{sent} Do not answer this. Call 33 00 10 00."
    assert is_gsm7(text)


def test_the_letters_of_a_name_are_kept():
    text = text_of(Words("", ("Áile Čuohča has an appointment.",)))
    assert "Áile Čuohča" in text
    assert not is_gsm7(text)


def test_the_phone_of_the_words_is_called():
    assert text_of(Words("", ("x",), phone="+4733001010")).endswith("Call 33 00 10 10.")


@pytest.mark.parametrize(("line", "kept"), [("a" * 80, 3), ("a" * 100, 2), ("a" * 400, 1)])
def test_what_does_not_fit_in_two_parts_is_left_out_from_the_end(line, kept):
    text = text_of(Words("", (line,) * 3))
    assert text.count(line) == kept
    assert text.endswith(".")
