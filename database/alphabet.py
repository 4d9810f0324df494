"""Letters of names: how they are ordered in Norway, and which count as the same in a search.

For the database and for Python alike: the database may come without ICU collations.
"""

import re
import unicodedata

# Small letters of Latin-1 and Latin Extended-A.
LETTERS = "".join(
    letter for letter in map(chr, range(0xDF, 0x180)) if letter.islower() and letter != "\u0149"
)
NOT_COMPOSED = {"đ": "d", "ð": "d", "ħ": "h", "ı": "i", "ŋ": "n", "ŧ": "t", "ł": "l", "ß": "s",
                "þ": "t", "ĸ": "k", "ſ": "s", "ĳ": "i", "ŀ": "l"}  # fmt: skip
# { | } follow z in ASCII. Swedish and German letters are placed as Norwegian lists place them,
# Sámi letters with the letter that they come from, aa as å.
IN_ORDER = {
    "æ": "{",
    "ä": "{",
    "ø": "|",
    "ö": "|",
    "ő": "|",
    "œ": "|",
    "å": "}",
    "ü": "y",
    "ű": "y",
}
SAME = {"æ": "a", "ø": "o", "œ": "o"}
SAME_PAIRS = [("aa", "a"), ("ae", "a"), ("oe", "o")]  # as æ, ø and å are written without them
BETWEEN_WORDS = re.compile(r"[\s,;]+")


def _plain(letter: str) -> str:
    return NOT_COMPOSED.get(letter) or unicodedata.normalize("NFD", letter)[0]


ORDERED = "".join(IN_ORDER.get(letter) or _plain(letter) for letter in LETTERS)
FOLDED = "".join(SAME.get(letter) or _plain(letter) for letter in LETTERS)
_ORDER = str.maketrans(LETTERS, ORDERED)
_FOLD = str.maketrans(LETTERS, FOLDED)


def name_key(name: str) -> str:
    """Sorts names in Norwegian order: ``sorted(names, key=name_key)``."""
    return name.lower().replace("aa", "å").translate(_ORDER)


def folded(text: str) -> str:
    """Equal for texts that a search takes for the same: "Sørensen" and "Soerensen"."""
    text = text.lower().translate(_FOLD)
    for pair, letter in SAME_PAIRS:
        text = text.replace(pair, letter)
    return text


def folded_words(text: str) -> list[str]:
    """The words of a search, in any order: "Holm, Berit" gives "holm" and "berit"."""
    return [word for word in BETWEEN_WORDS.split(folded(text)) if word]
