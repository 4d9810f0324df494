"""Text as people and programs send it: composed, and without signs that nobody sees."""

import re
import unicodedata

# Blank or without width although Unicode calls them letters, marks or symbols: the combining
# grapheme joiner, Hangul and Khmer fillers, Mongolian selectors, the empty braille pattern.
INVISIBLE = "\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0"
# Control, format (bidirectional and zero-width signs too) and surrogate characters.
REMOVED = {"Cc", "Cf", "Cs"}
LINE_ENDS = re.compile("\r\n|[\n\r\v\f\x85\u2028\u2029]")
SPACE_BEFORE_LINE_END = re.compile(" +\n")
PLAIN = re.compile("[ -~]*")


def clean_text(text: str, *, multiline: bool = False) -> str:
    """The text in NFC, trimmed, with plain spaces and without invisible characters.

    A line end becomes a space, and is kept as ``\\n`` if ``multiline``.
    """
    if PLAIN.fullmatch(text):  # nearly all that programs and browsers send
        return text.strip()
    text = LINE_ENDS.sub("\n" if multiline else " ", text)
    text = "".join(_clean_sign(sign) for sign in text)
    return unicodedata.normalize("NFC", SPACE_BEFORE_LINE_END.sub("\n", text)).strip()


def _clean_sign(sign: str) -> str:
    if sign == "\n":
        return sign
    if sign == "\t" or unicodedata.category(sign) == "Zs":
        return " "
    if sign in INVISIBLE or unicodedata.category(sign) in REMOVED:
        return ""
    return sign
