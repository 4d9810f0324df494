"""The text of a text message (SMS), and the number of parts in which it is sent.

A part has 160 characters of the alphabet GSM-7, or 70 as soon as one character is outside of
it; the parts of a longer message are a little shorter. Norwegian letters are in GSM-7.
Typographic signs are not and are replaced. Letters of names are kept, at the price of parts.
"""

from django.utils.translation import gettext as _

from accounts.messages.notices import Words
from accounts.municipality import municipality_phone
from accounts.phones import shown_number

MOST_PARTS = 2
GSM7 = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM7_ESCAPED = frozenset("\f^{}\\[~]|€")  # two characters each
REPLACED = str.maketrans(
    {
        **dict.fromkeys("“”„«»″", '"'),
        **dict.fromkeys("‘’‚‹›′´`", "'"),
        **dict.fromkeys("–—‐‑‒−", "-"),
        **dict.fromkeys("\u00a0\u202f\u2009\u2007\t", " "),
        **dict.fromkeys("\u00ad\u200b\u2060\ufeff", None),
        "…": "...",
        "•": "-",
        "→": "->",
    }
)


def text_of(words: Words) -> str:
    """The lines in one text, and whom to call: a text message can't be answered.

    Lines are left out from the end until the text fits in ``MOST_PARTS``; the first stays.
    """
    phone = shown_number(words.phone) or municipality_phone()
    end = _("Do not answer this. Call %(phone)s.") % {"phone": phone}
    lines = list(words.lines)
    while True:
        text = " ".join([*lines, end]).translate(REPLACED)
        if len(lines) <= 1 or parts(text) <= MOST_PARTS:
            return text
        lines.pop()


def parts(text: str) -> int:
    if is_gsm7(text):
        return _parts(sum(2 if char in GSM7_ESCAPED else 1 for char in text), 160, 153)
    return _parts(len(text.encode("utf-16-be")) // 2, 70, 67)


def is_gsm7(text: str) -> bool:
    return GSM7.union(GSM7_ESCAPED).issuperset(text)


def _parts(length: int, whole: int, each: int) -> int:
    return 1 if length <= whole else -(-length // each)
